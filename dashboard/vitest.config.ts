import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

/** Tests see all pages, also those whose API is still to come. */
const EVERY_PAGE = ['overview', 'realtime', 'funnels', 'sessions', 'ledger', 'projects'];

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('.', import.meta.url)) } },
  test: {
    environment: 'jsdom',
    include: ['test/**/*.test.{ts,tsx}'],
    setupFiles: ['test/setup.ts'],
    restoreMocks: true,
    env: { HATUA_API_PATHS: EVERY_PAGE.map((name) => `/api/dashboard/${name}`).join(' ') },
    // Machines that build and test at once are slow; a test that hangs still ends.
    testTimeout: 30_000,
  },
});
