import { readFileSync } from 'node:fs';
import type { NextConfig } from 'next';

/** Where `next dev` sends API calls; a built dashboard is served by the API process itself. */
const api = process.env.HATUA_API ?? 'http://127.0.0.1:8000';
const development = process.env.NODE_ENV === 'development';

const { paths } = JSON.parse(readFileSync(new URL('./openapi.json', import.meta.url), 'utf8')) as {
  paths: object;
};

const config: NextConfig = {
  // What the API can answer decides which pages there are: see lib/pages.ts.
  env: { HATUA_API_PATHS: process.env.HATUA_API_PATHS ?? Object.keys(paths).join(' ') },
  // A folder of files: the API process serves it, and no Node runs in production.
  output: development ? undefined : 'export',
  // /realtime/ -> /realtime/index.html: every static file server understands folders.
  trailingSlash: true,
  reactStrictMode: true,
  poweredByHeader: false,
  agentRules: false,
  devIndicators: false,
  images: { unoptimized: true },
  experimental: { optimizePackageImports: ['radix-ui', 'recharts'] },
  ...(development && {
    skipTrailingSlashRedirect: true,
    rewrites: async () => [
      { source: '/api/:path*', destination: `${api}/api/:path*` },
      { source: '/auth/:path*', destination: `${api}/auth/:path*` },
    ],
  }),
};

export default config;
