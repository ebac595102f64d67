import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Collector, Device, MemoryStorage } from './device';

const MINUTE = 60_000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let device: Device;
let collector: Collector;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-01-15T10:00:00Z') });
  collector = new Collector();
  device = new Device(collector);
});
afterEach(() => {
  vi.useRealTimers();
});

const sent = async (ms = 6000) => {
  await vi.advanceTimersByTimeAsync(ms);
  return collector.events();
};

describe('an event on the wire', () => {
  test('carries ids, order, context and properties as the contract names them', async () => {
    const tab = device.open({ url: 'https://tax.example/mri?x=1', referrer: 'https://google.com/' }).init();
    tab.hatua.track('return_filed', { amount: 500 }, { journey_end: true });
    const [view, filed] = await sent();
    expect(view).toMatchObject({ event_name: 'page_view', event_type: 'page', seq: 1, properties: {} });
    expect(filed).toMatchObject({
      event_name: 'return_filed',
      event_type: 'track',
      timestamp: '2026-01-15T10:00:00.000Z',
      seq: 2,
      journey_end: true,
      properties: { amount: 500 },
      context: {
        library: { name: 'hatua-js', version: '0.0.0-test' },
        page: {
          path: '/mri',
          url: 'https://tax.example/mri?x=1',
          title: 'Home',
          referrer: 'https://google.com/',
          search: '?x=1',
        },
        userAgent: 'Mozilla/5.0 (test)',
        locale: 'en-KE',
        screen: { width: 412, height: 915 },
      },
    });
    expect(filed).not.toHaveProperty('user_id');
    for (const id of [filed?.event_id, filed?.anonymous_id, filed?.session_id]) expect(id).toMatch(UUID);
    expect(view?.event_id).not.toBe(filed?.event_id);
    expect(view?.session_id).toBe(filed?.session_id);
    expect(collector.requests[0]).toMatchObject({ writeKey: 'wk_test', sentAt: '2026-01-15T10:00:05.000Z' });
  });

  test('is sent after five seconds', async () => {
    device.open().init();
    await vi.advanceTimersByTimeAsync(4999);
    expect(collector.requests).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(50);
    expect(collector.requests).toHaveLength(1);
  });

  test('is sent at once when it is the tenth', async () => {
    const tab = device.open().init({ autoPage: false });
    for (let i = 1; i <= 9; i++) tab.hatua.track(`e${i}`);
    await vi.advanceTimersByTimeAsync(100);
    expect(collector.requests).toHaveLength(0);
    tab.hatua.track('e10');
    await vi.advanceTimersByTimeAsync(100);
    expect(collector.requests.map((request) => request.events.length)).toEqual([10]);
  });

  test('goes out with flush(), which resolves when the answer is there', async () => {
    const tab = device.open().init();
    const flushed = tab.hatua.flush();
    await vi.advanceTimersByTimeAsync(50);
    await flushed;
    expect(collector.names()).toEqual(['page_view']);
  });

  test('with properties that are not JSON is left out, and the page does not notice', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const tab = device.open().init({ debug: true });
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    tab.hatua.track('bad', circular);
    tab.hatua.track('good');
    await sent();
    expect(collector.names()).toEqual(['page_view', 'good']);
    expect(warn).toHaveBeenCalledOnce();
  });
});

describe('page views', () => {
  test('follow the routes of a single-page app, once each, with the route before as referrer', async () => {
    const tab = device.open({ url: 'https://tax.example/' }).init();
    await vi.advanceTimersByTimeAsync(10);
    tab.w.history.pushState({}, '', '/mri');
    tab.dom.window.document.title = 'MRI';
    tab.w.history.replaceState({ scroll: 1 }, '', '/mri');
    await vi.advanceTimersByTimeAsync(10);
    tab.w.history.replaceState({ scroll: 2 }, '', '/mri#top');
    await vi.advanceTimersByTimeAsync(10);
    tab.w.history.pushState({}, '', '/mri?step=2');
    await vi.advanceTimersByTimeAsync(10);
    tab.dispatch('popstate');
    const pages = (await sent()).map((event) => event.context.page);
    expect(pages.map((page) => page.path + page.search)).toEqual(['/', '/mri', '/mri?step=2']);
    expect(pages[1]).toMatchObject({ title: 'MRI', referrer: 'https://tax.example/' });
  });

  test('come before what the page tracks in the same breath as the route change', async () => {
    const tab = device.open().init();
    tab.w.history.pushState({}, '', '/mri/rental-income');
    tab.hatua.track('filing_started');
    const events = await sent();
    expect(events.map((event) => [event.event_name, event.context.page.path])).toEqual([
      ['page_view', '/mri/rental-income'],
      ['filing_started', '/mri/rental-income'],
    ]);
  });

  test('the page sends itself take the place of the automatic one', async () => {
    const tab = device.open().init();
    tab.hatua.page({ path: '/named', plan: 'a' });
    tab.hatua.track('here');
    const events = await sent();
    expect(events.map((event) => [event.event_name, event.context.page.path])).toEqual([
      ['page_view', '/named'],
      ['here', '/named'],
    ]);
    expect(events[0]?.properties).toEqual({ path: '/named', plan: 'a' });
  });

  test('are left to the page with autoPage false', async () => {
    const tab = device.open().init({ autoPage: false });
    tab.w.history.pushState({}, '', '/a');
    await vi.advanceTimersByTimeAsync(10);
    tab.hatua.page();
    expect((await sent()).map((event) => event.context.page.path)).toEqual(['/a']);
  });

  test.each([
    ['https://tax.example/demo/', '/'],
    ['https://tax.example/demo', '/'],
    ['https://tax.example/demo/mri/rental-income', '/mri/rental-income'],
    ['https://tax.example/demographics', '/demographics'],
    ['https://tax.example/demo/#/tot', '/#/tot'],
    ['https://tax.example/demo/#section', '/'],
  ])('of %s have the path %s under basePath /demo', async (url, path) => {
    device.open({ url }).init({ basePath: '/demo' });
    expect((await sent())[0]?.context.page.path).toBe(path);
  });

  test('are sent again when the browser brings a page back from its cache', async () => {
    const tab = device.open().init();
    await sent();
    tab.dispatch('pagehide');
    tab.dispatch('pageshow', { persisted: true });
    await sent();
    expect(collector.names()).toEqual(['page_view', 'page_view']);
  });
});

describe('identity', () => {
  test('one anonymous id over visits and tabs; identify adds the user to all that follows', async () => {
    const first = device.open().init();
    first.hatua.identify('A012345678X', { name: 'Akinyi' });
    first.hatua.track('after');
    await vi.advanceTimersByTimeAsync(10);
    device.open().init();
    const events = await sent();
    expect(new Set(events.map((event) => event.anonymous_id)).size).toBe(1);
    expect(device.local.getItem('analytics_anonymous_id')).toBe(events[0]?.anonymous_id);
    const identify = events.find((event) => event.event_name === 'identify');
    expect(identify).toMatchObject({
      event_type: 'identify',
      user_id: 'A012345678X',
      properties: { name: 'Akinyi' },
    });
    expect(events.filter((event) => event.user_id).map((event) => event.event_name)).toEqual([
      'identify',
      'after',
      'page_view',
    ]);
  });

  test('reset() makes a stranger: new anonymous id, new session, no user', async () => {
    const tab = device.open({ url: 'https://tax.example/?hs_token=t1' }).init();
    tab.hatua.identify('A012345678X');
    tab.hatua.track('mine');
    tab.hatua.reset();
    tab.hatua.track('theirs');
    const events = await sent();
    const [mine, theirs] = ['mine', 'theirs'].map((name) =>
      events.find((event) => event.event_name === name),
    );
    expect(theirs?.anonymous_id).not.toBe(mine?.anonymous_id);
    expect(theirs?.session_id).not.toBe(mine?.session_id);
    expect(theirs?.user_id).toBeUndefined();
    expect(theirs?.context.handshakeToken).toBeUndefined();
  });

  test('a cookie for two years holds the id where storage is blocked', async () => {
    device.local = new MemoryStorage(Infinity, true);
    const tab = device.open({ session: new MemoryStorage(Infinity, true) }).init();
    tab.hatua.track('a');
    const [view, a] = await sent();
    expect(a?.anonymous_id).toBe(view?.anonymous_id);
    expect(a?.session_id).toBe(view?.session_id);
    expect(tab.dom.window.document.cookie).toBe(`analytics_anonymous_id=${a?.anonymous_id}`);
  });

  test('nothing is sent or stored under Global Privacy Control or Do Not Track, when asked to respect them', async () => {
    for (const signal of [{ globalPrivacyControl: true }, { doNotTrack: '1' }]) {
      const tab = device.open({ navigator: signal }).init({ respectPrivacySignals: true, autocapture: true });
      tab.hatua.track('x');
      tab.hatua.identify('me');
      await tab.hatua.flush();
      await sent();
      expect(Object.keys(device.local)).toEqual([]);
      expect(Object.keys(tab.session)).toEqual([]);
      expect(tab.dom.window.document.cookie).toBe('');
    }
    expect(collector.requests).toEqual([]);
    device.open({ navigator: { globalPrivacyControl: true } }).init();
    expect(await sent()).toHaveLength(1);
  });
});

describe('sessions', () => {
  const session = async (): Promise<string | undefined> => {
    const events = await sent();
    return events[events.length - 1]?.session_id;
  };

  test('go on over the pages of a tab, with one running order', async () => {
    const first = device.open().init();
    await vi.advanceTimersByTimeAsync(10);
    const second = device.open({ url: 'https://tax.example/b', session: first.leave() }).init();
    second.hatua.track('x');
    const events = await sent();
    expect(new Set(events.map((event) => event.session_id)).size).toBe(1);
    expect(events.map((event) => event.seq)).toEqual([1, 2, 3]);
  });

  test('end after thirty idle minutes, not before', async () => {
    const tab = device.open().init();
    const first = await session();
    await vi.advanceTimersByTimeAsync(29 * MINUTE);
    tab.hatua.track('still here');
    expect(await session()).toBe(first);
    await vi.advanceTimersByTimeAsync(30 * MINUTE + 1);
    tab.hatua.track('back');
    expect(await session()).not.toBe(first);
  });

  test('are one per tab, also for a tab that was opened as a copy of another', async () => {
    const original = device.open().init();
    const first = await session();
    device.open().init();
    const second = await session();
    device.open({ session: original.session.copy() }).init();
    const third = await session();
    expect(new Set([first, second, third]).size).toBe(3);
    original.hatua.track('x');
    expect(await session()).toBe(first);
  });

  test('go on when the app was in the background', async () => {
    const tab = device.open().init();
    const first = await session();
    tab.setVisible(false);
    tab.setVisible(true);
    tab.hatua.track('x');
    expect(await session()).toBe(first);
  });

  test('start anew when the campaign changes, and keep the campaign while they last', async () => {
    const tab = device.open({ url: 'https://tax.example/?utm_source=sms&utm_campaign=july' }).init();
    const first = await session();
    tab.w.history.pushState({}, '', '/mri');
    expect(await session()).toBe(first);
    expect(collector.events()[1]?.context.campaign).toEqual({ source: 'sms', campaign: 'july' });
    tab.w.history.pushState({}, '', '/?utm_source=radio');
    expect(await session()).not.toBe(first);
    expect(collector.events()[2]?.context.campaign).toEqual({ source: 'radio' });
  });

  test('survive a clock that is set back, and read a jump ahead as time away', async () => {
    const tab = device.open().init();
    const first = await session();
    vi.setSystemTime(Date.now() - 24 * 60 * MINUTE);
    tab.hatua.track('yesterday');
    expect(await session()).toBe(first);
    await vi.advanceTimersByTimeAsync(MINUTE);
    tab.hatua.track('still');
    expect(await session()).toBe(first);
    vi.setSystemTime(Date.now() + 24 * 60 * MINUTE);
    tab.hatua.track('tomorrow');
    expect(await session()).not.toBe(first);
    expect(collector.events().map((event) => event.seq)).toEqual([1, 2, 3, 4]);
  });

  test('recover from storage that another script wrote over', async () => {
    const storage = new MemoryStorage();
    storage.setItem('hatua_session', '{not json');
    device.open({ session: storage }).init();
    expect(await session()).toMatch(UUID);
  });
});

describe('the handshake', () => {
  test.each(['hs_token', 'handshake_token'])(
    '%s goes into every event of the session, and completes once',
    async (name) => {
      const url = `https://tax.example/?${name}=tok-1`;
      const tab = device.open({ url }).init();
      await sent();
      tab.w.history.pushState({}, '', '/mri');
      await sent();
      device.open({ url, session: tab.leave() }).init();
      device.open({ url }).init();
      const events = await sent();
      expect(events.map((event) => event.event_name)).toEqual([
        'handshake_complete',
        'page_view',
        'page_view',
        'page_view',
        'page_view',
      ]);
      expect(events[0]?.properties).toEqual({ handshake_token: 'tok-1' });
      expect(new Set(events.map((event) => event.context.handshakeToken))).toEqual(new Set(['tok-1']));
      expect(new Set(events.map((event) => event.context.channel))).toEqual(new Set(['webview']));
    },
  );
});
