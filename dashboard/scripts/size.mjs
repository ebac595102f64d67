// Fails when a page's first load of JavaScript, gzipped, is over the budget: every script that its HTML names.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const BUDGET_KB = 250;
const root = new URL('../out/', import.meta.url).pathname;

const pages = readdirSync(root, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('index.html'))
  .sort();
if (pages.length === 0) throw new Error('out/ holds no page: run `npm run build` first');

const sizes = new Map();
function sizeOf(script) {
  if (!sizes.has(script)) sizes.set(script, gzipSync(readFileSync(join(root, script)), { level: 9 }).length);
  return sizes.get(script);
}

let worst = 0;
for (const page of pages) {
  const html = readFileSync(join(root, page), 'utf8');
  // nomodule scripts are for browsers that our syntax has left behind anyway; no other browser fetches them.
  const tags = [...html.matchAll(/<script\b[^>]*\bsrc="([^"]+)"[^>]*>/g)].filter(
    ([tag]) => !/\bnomodule\b/i.test(tag),
  );
  const scripts = new Set(tags.map(([, src]) => src.split('?')[0].replace(/^\//, '')));
  const kb = [...scripts].reduce((sum, script) => sum + sizeOf(script), 0) / 1024;
  worst = Math.max(worst, kb);
  process.stdout.write(`${kb.toFixed(1).padStart(7)} KB  /${page.replace(/index\.html$/, '')}\n`);
}
process.stdout.write(
  `${worst.toFixed(1).padStart(7)} KB  largest first load; the budget is ${BUDGET_KB} KB gzip\n`,
);
if (worst > BUDGET_KB) {
  process.stderr.write(`error: ${worst.toFixed(1)} KB is over the budget of ${BUDGET_KB} KB\n`);
  process.exitCode = 1;
}
