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
  ['settings-privacy', '/settings/?tab=privacy'],
  ['settings-install', '/settings/?tab=install'],
  ['settings-keys', '/settings/?tab=keys'],
  ['settings-api', '/settings/?tab=api'],
  ['funnels', '/funnels/'],
  ['funnels-new', '/funnels/?funnel=new'],
  ['sessions', '/sessions/'],
  ['session', '/sessions/?session=s7'],
  ['ledger', '/ledger/'],
  ['broken', '/?state=broken'],
  ['first-steps', '/?state=empty'],
  ['sign-in', '/sign-in/?state=out'],
  ['set-up', '/set-up/?state=setup'],
  ['not-found', '/no/such/page/?state='],
  ['date-picker', '/?state=', (page) => page.getByRole('button', { name: /Date range/ }).click()],
  ['filter-form', '/', (page) => page.getByRole('button', { name: /Add a Filter/i }).click()],
  ['tooltip', '/', (page) => page.getByRole('button', { name: /What .Visitors. means/ }).hover()],
  ['chart-hover', '/', (page) => page.locator('.recharts-wrapper').hover()],
  [
    'tables',
    '/',
    async (page) => {
      for (const button of await page.getByRole('button', { name: /as a table$/ }).all())
        await button.click();
    },
  ],
  ['details', '/', (page) => page.getByRole('button', { name: /^All/ }).first().click()],
  ['map-zoom', '/', (page) => page.getByRole('button', { name: 'Zoom to visitors' }).click()],
  [
    'inspector',
    '/realtime/',
    async (page) => {
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByRole('list', { name: 'Latest events' }).getByRole('button').first().click();
    },
  ],
  ['people', '/funnels/', (page) => page.getByRole('button', { name: /dropped before OTP/ }).click()],
  ['funnel-edit', '/funnels/', (page) => page.getByRole('button', { name: 'Edit' }).click()],
  [
    'menu',
    '/',
    async (page) => {
      const menu = page.getByRole('button', { name: 'Open the menu' });
      if (await menu.isVisible()) await menu.click();
      else await page.getByRole('button', { name: /Account of/ }).click();
    },
  ],
  [
    'new-key',
    '/settings/?tab=api',
    async (page) => {
      await page.getByRole('button', { name: 'New API key' }).click();
      await page.getByLabel('Name').fill('Nightly export');
      await page.getByRole('button', { name: 'Create' }).click();
    },
  ],
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
    for (const [name, path, act] of PAGES) {
      await page.goto(origin + path, { waitUntil: 'load' });
      await page.waitForTimeout(1500);
      if (act) {
        await act(page);
        await page.waitForTimeout(500);
      }
      await page.screenshot({
        path: join(folder, `${name}-${width}-${colorScheme}.png`),
        fullPage: !act || name === 'tables',
      });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (overflow > 0) problems.push(`${name} scrolls ${overflow} px sideways`);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() =>
        window.axe.run(document, {
          runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        }),
      );
      for (const violation of violations) {
        // A tooltip hangs on the body, outside of every landmark; that is where radix-ui must put it.
        if (act && violation.id === 'region') continue;
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
