import { readFileSync } from 'node:fs';
import { JSDOM } from 'jsdom';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createHatua } from '../src/hatua';
import { install } from '../src/tag';
import { Collector, Device } from './device';

/** The snippet exactly as docs/sdk-browser.md prints it. */
const SNIPPET = /```html\n<script>\n([\s\S]*?)<\/script>/.exec(
  readFileSync(new URL('../../../docs/sdk-browser.md', import.meta.url), 'utf8'),
)?.[1];

let collector: Collector;

beforeEach(() => {
  vi.useFakeTimers();
  collector = new Collector();
});
afterEach(() => {
  vi.useRealTimers();
});

const scriptTag = (attributes: string): HTMLScriptElement => {
  const { document } = new JSDOM(`<script ${attributes}></script>`).window;
  return document.querySelector('script') as HTMLScriptElement;
};
const sent = async () => {
  await vi.advanceTimersByTimeAsync(6000);
  return collector.events();
};

test('one tag is enough: key and options are its attributes, the host is where it came from', async () => {
  const tab = new Device(collector).open({ url: 'https://tax.example/app/mri' });
  install(
    tab.w,
    scriptTag(
      'async src="https://in.example/hatua.js" data-write-key="wk_tag" data-base-path="/app" data-flush-at="2" data-autocapture data-auto-page="true"',
    ),
  );
  tab.w.document.body.innerHTML = '<button id="b">Go</button>';
  tab.click('#b');
  await vi.advanceTimersByTimeAsync(100);
  expect(collector.requests).toMatchObject([{ writeKey: 'wk_tag' }]);
  expect(collector.events().map((event) => [event.event_name, event.context.page.path])).toEqual([
    ['page_view', '/mri'],
    ['click', '/mri'],
  ]);
});

test('calls made through the documented snippet before the script is there are not lost, and keep their order', async () => {
  expect(SNIPPET).toBeTruthy();
  const dom = new JSDOM('<head></head>', { url: 'https://tax.example/', runScripts: 'outside-only' });
  dom.window.eval(`${SNIPPET}; hatua.track('one'); hatua.identify('me'); hatua.track('two', {a: 1});`);
  const script = dom.window.document.querySelector('script');
  expect(script?.getAttribute('src')).toBe('https://analytics.example.org/hatua.js');
  expect(script?.async).toBe(true);

  const tab = new Device(collector).open();
  Object.assign(tab.w, { hatua: dom.window.hatua });
  (tab.w as unknown as { hatua: unknown[] }).hatua = Array.from(dom.window.hatua as unknown[]);
  install(tab.w, scriptTag('src="https://in.example/hatua.js"'));
  const { hatua } = tab.w as unknown as {
    hatua: ReturnType<typeof createHatua> & { push(call: unknown[]): void };
  };
  hatua.track('three');
  hatua.push(['track', 'four']);
  hatua.push(['nonsense']);
  expect((await sent()).map((event) => event.event_name)).toEqual([
    'page_view',
    'one',
    'identify',
    'two',
    'three',
    'four',
  ]);
});

test('a second tag on the page changes nothing', async () => {
  const tab = new Device(collector).open();
  const script = scriptTag('src="https://in.example/hatua.js" data-write-key="wk_tag"');
  install(tab.w, script);
  const first = (tab.w as unknown as { hatua: unknown }).hatua;
  install(tab.w, script);
  expect((tab.w as unknown as { hatua: unknown }).hatua).toBe(first);
  expect(await sent()).toHaveLength(1);
});

test('calls before init wait for it; a second init changes nothing', async () => {
  const tab = new Device(collector).open();
  tab.hatua.track('early');
  tab.init();
  tab.hatua.init('wk_other');
  expect((await sent()).map((event) => event.event_name)).toEqual(['page_view', 'early']);
  expect(collector.requests).toMatchObject([{ writeKey: 'wk_test' }]);
});

test('on a server, where there is no window, every call does nothing', async () => {
  const hatua = createHatua(undefined);
  hatua.init('wk_test');
  hatua.page();
  hatua.track('x');
  hatua.identify('me');
  hatua.reset();
  await expect(hatua.flush()).resolves.toBeUndefined();
});

test('a page that is rendered ahead is counted when it is shown, not before', async () => {
  const tab = new Device(collector).open();
  const { document } = tab.dom.window;
  Object.defineProperty(document, 'prerendering', { value: true, configurable: true });
  tab.init();
  tab.hatua.track('early');
  expect(await sent()).toEqual([]);
  Object.defineProperty(document, 'prerendering', { value: false });
  document.dispatchEvent(new tab.dom.window.Event('prerenderingchange'));
  expect((await sent()).map((event) => event.event_name)).toEqual(['page_view', 'early']);
});
