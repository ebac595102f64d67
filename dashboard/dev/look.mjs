// Screenshots of every page at 1440 and 390 px, light and dark, and axe-core over each. Development only.
//   node dev/look.mjs [origin] [folder]     CHROMIUM=/path/to/chromium
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const origin = process.argv[2] ?? 'http://127.0.0.1:4173';
const folder = process.argv[3] ?? '/tmp/hatua-look';
const only = process.argv[4];
mkdirSync(folder, { recursive: true });
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const PAGES = [
  ['overview', '/?state=&as=admin'],
  ['overview-filtered', '/?f=country~is~KE&f=page_path~contains~mri&range=7d&metric=conversion_rate'],
  ['realtime', '/realtime/'],
  ['settings', '/settings/'],
  ['settings-install', '/settings/?tab=install'],
  ['settings-keys', '/settings/?tab=keys'],
  ['settings-api', '/settings/?tab=api'],
  ['funnels', '/funnels/'],
  ['funnels-new', '/funnels/?funnel=new'],
  ['sessions', '/sessions/'],
  ['session', '/sessions/?session=s7'],
  ['broken', '/?state=broken'],
  ['first-steps', '/?state=empty'],
  ['sign-in', '/sign-in/?state=out'],
  ['set-up', '/set-up/?state=setup'],
  ['not-found', '/no/such/page/?state='],
].filter(([name]) => !only || only.split(',').includes(name));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
let found = 0;
for (const [width, height] of [
  [1440, 900],
  [390, 844],
]) {
  for (const colorScheme of ['light', 'dark']) {
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme,
      reducedMotion: 'reduce',
      deviceScaleFactor: width < 500 ? 2 : 1,
    });
    const page = await context.newPage();
    const problems = [];
    page.on('pageerror', (error) => problems.push(`page error: ${error.message}`));
    page.on(
      'console',
      (message) =>
        message.type() === 'error' &&
        !/status of (404|503)/.test(message.text()) &&
        problems.push(`console: ${message.text()}`),
    );
    for (const [name, path] of PAGES) {
      await page.goto(origin + path, { waitUntil: 'load' });
      await page.waitForTimeout(1500);
      await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (overflow > 0) problems.push(`${name} scrolls ${overflow} px sideways`);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() =>
        window.axe.run(document, {
          runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        }),
      );
      for (const violation of violations) {
        problems.push(
          `${name}: axe ${violation.id} (${violation.nodes.length}): ${violation.nodes
            .slice(0, 3)
            .map((node) => `${node.target} ${node.failureSummary?.split('\n')[1]?.trim()}`)
            .join(' | ')}`,
        );
      }
    }
    for (const problem of problems) process.stdout.write(`${width} ${colorScheme}: ${problem}\n`);
    found += problems.length;
    await context.close();
  }
}
await browser.close();
process.stdout.write(`${found} problems\n`);
