// Builds dist/: hatua.js (one tag, an IIFE), hatua.mjs (for bundlers) and hatua.d.ts.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { minify } from 'terser';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
/** terser after esbuild: 3 % smaller than either alone. */
const shrink = async (file, module) => {
  const path = join(root, 'dist', file);
  const { code } = await minify(readFileSync(path, 'utf8'), {
    ecma: 2017,
    module,
    toplevel: true,
    compress: { passes: 3 },
  });
  writeFileSync(path, code);
};
const common = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  target: 'es2017',
  charset: 'utf8',
  legalComments: 'none',
  define: { HATUA_VERSION: JSON.stringify(version) },
  logLevel: 'warning',
};

await build({ ...common, entryPoints: ['src/iife.ts'], outfile: 'dist/hatua.js', format: 'iife' });
await shrink('hatua.js', false);
await build({ ...common, entryPoints: ['src/index.ts'], outfile: 'dist/hatua.mjs', format: 'esm' });
await shrink('hatua.mjs', true);

const tsc = (...args) =>
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...args], {
    stdio: 'inherit',
  });
const declarations = mkdtempSync(join(tmpdir(), 'hatua-dts-'));
tsc(
  ...['-p', join(root, 'tsconfig.json'), '--noEmit', 'false', '--declaration', '--emitDeclarationOnly'],
  ...['--outDir', declarations, '--rootDir', root, '--removeComments', 'false'],
);
const read = (name) => readFileSync(join(declarations, 'src', name), 'utf8');
// One file that stands alone: the public types, then what index.ts exports of them.
const index = read('index.d.ts')
  .replace(/^(import|export type) .* from '.*';\n/gm, '')
  .replace(/import\("\.\/types"\)\./g, '');
const types = join(root, 'dist/hatua.d.ts');
writeFileSync(types, read('types.d.ts') + index);
rmSync(declarations, { recursive: true });
tsc(
  '--noEmit',
  '--strict',
  '--target',
  'ES2017',
  '--lib',
  'ES2017',
  '--typeRoots',
  join(root, 'scripts'),
  types,
);
