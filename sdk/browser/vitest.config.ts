import { defineConfig } from 'vitest/config';

export default defineConfig({
  define: { HATUA_VERSION: JSON.stringify('0.0.0-test') },
  test: { environment: 'node', include: ['test/**/*.test.ts'], restoreMocks: true },
});
