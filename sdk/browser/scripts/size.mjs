// Fails when dist/hatua.js is over its budget: it is loaded on every page of every customer, often over 3G.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const LIMIT_BYTES = 4096;
const file = new URL('../dist/hatua.js', import.meta.url);
const raw = readFileSync(file);
const bytes = gzipSync(raw, { level: 9 }).length;
process.stdout.write(`dist/hatua.js: ${bytes} bytes gzip (${raw.length} raw); the limit is ${LIMIT_BYTES}\n`);
process.exitCode = bytes > LIMIT_BYTES ? 1 : 0;
