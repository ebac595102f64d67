import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Collector, Device, MemoryStorage, OFFLINE, type Tab } from './device';

const SECOND = 1000;
const HOUR = 3600 * SECOND;

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

const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const queued = () => Object.keys(device.local).filter((key) => key.startsWith('hatua.wk_test.'));
const quiet = (tab: Tab) => tab.init({ autoPage: false });
const attempts = () => collector.requests.map((request) => request.events.map((event) => event.event_id));
/** Tracks `count` events, named `<prefix>1`, `<prefix>2`, ... */
const track = (tab: Tab, prefix: string, count: number, properties = {}) => {
  for (let i = 1; i <= count; i++) tab.hatua.track(`${prefix}${i}`, properties);
};

describe('a failing network', () => {
  test('nothing is lost and nothing sent twice over an hour offline and three page loads', async () => {
    collector.answer = () => OFFLINE;
    let tab = quiet(device.open());
    for (let visit = 1; visit <= 3; visit++) {
      track(tab, `v${visit}-`, 7);
      await wait(20 * 60 * SECOND);
      tab.navigator.onLine = false;
      tab = quiet(device.open({ session: tab.leave() }));
    }
    expect(collector.stored.size).toBe(0);
    expect(queued()).toHaveLength(21);
    collector.answer = () => ({ status: 200 });
    tab.dispatch('online');
    await wait(SECOND);
    expect(collector.names()).toEqual(
      [1, 2, 3].flatMap((v) => [1, 2, 3, 4, 5, 6, 7].map((i) => `v${v}-${i}`)),
    );
    expect(collector.duplicates).toBe(0);
    expect(queued()).toEqual([]);
  });

  test('a request whose answer was lost is sent again with the same ids', async () => {
    collector.answer = () => ({ status: 0, arrived: true });
    const tab = quiet(device.open());
    track(tab, 'e', 3);
    await wait(5 * SECOND + 50);
    collector.answer = () => ({ status: 200 });
    await wait(10 * SECOND);
    expect(attempts()).toHaveLength(2);
    expect(attempts()[1]).toEqual(attempts()[0]);
    expect(collector.stored.size).toBe(3);
    expect(queued()).toEqual([]);
  });

  test('attempts become rarer, up to a minute apart, with jitter', async () => {
    const times: number[] = [];
    collector.answer = () => {
      times.push(Date.now());
      return { status: 500 };
    };
    track(quiet(device.open()), 'e', 1);
    await wait(20 * 60 * SECOND);
    const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(62 * SECOND);
    expect(gaps.length).toBeGreaterThan(19);
    expect(gaps.length).toBeLessThan(45);
    for (const gap of gaps.slice(7)) expect(gap).toBeGreaterThanOrEqual(30 * SECOND);
    expect(new Set(gaps.slice(7).map((gap) => Math.round(gap / 100))).size).toBeGreaterThan(5);
  });

  test.each([429, 503])(
    '%i with Retry-After is not called before that, not even by the next page',
    async (status) => {
      collector.answer = () => ({ status, retryAfter: '30' });
      const tab = quiet(device.open());
      track(tab, 'e', 2);
      await wait(5 * SECOND + 50);
      expect(collector.requests).toHaveLength(1);
      collector.answer = () => ({ status: 200 });
      tab.hatua.flush();
      tab.dispatch('online');
      await wait(10 * SECOND);
      const next = quiet(device.open({ session: tab.leave() }));
      track(next, 'f', 12);
      await wait(19 * SECOND);
      expect(collector.requests).toHaveLength(1);
      await wait(3 * SECOND);
      expect(attempts()).toHaveLength(2);
      expect(attempts()[1]?.slice(0, 2)).toEqual(attempts()[0]);
      expect(collector.stored.size).toBe(14);
    },
  );

  test('a Retry-After kept over a clock that was set back a day does not silence the page', async () => {
    collector.answer = () => ({ status: 503, retryAfter: '30' });
    const tab = quiet(device.open());
    track(tab, 'e', 1);
    await wait(6 * SECOND);
    collector.answer = () => ({ status: 200 });
    vi.setSystemTime(Date.now() - 24 * HOUR);
    await wait(40 * SECOND);
    expect(collector.names()).toEqual(['e1']);
  });

  test('an answer that is not the collector’s (a hotel’s sign-in page) counts as none', async () => {
    collector.answer = () => ({ status: 200, text: '<html>Welcome to the Wi-Fi' });
    const tab = quiet(device.open());
    track(tab, 'e', 1);
    await wait(6 * SECOND);
    expect(queued()).toHaveLength(1);
    collector.answer = () => ({ status: 200 });
    await wait(30 * SECOND);
    expect(queued()).toEqual([]);
  });
});

describe('a refusal', () => {
  test('of the key or origin (401, 403) stops this page and keeps the events for the next one', async () => {
    for (const status of [401, 403]) {
      collector.requests = [];
      collector.answer = () => ({ status, text: '{"status":"error"}' });
      const tab = quiet(device.open());
      track(tab, 'e', 15);
      await wait(HOUR);
      expect(collector.requests).toHaveLength(1);
      tab.kill();
    }
    expect(queued()).toHaveLength(30);
    collector.answer = () => ({ status: 200 });
    quiet(device.open());
    await wait(6 * SECOND);
    expect(collector.stored.size).toBe(30);
  });

  test('of a whole batch (400) is final, and named on the console in debug', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const text =
      '{"status":"error","rejected":[{"index":0,"reason":"event_name_too_long","message":"batch[0]"}]}';
    collector.answer = () => ({ status: 400, text });
    const tab = device.open().init({ autoPage: false, debug: true });
    track(tab, 'e', 1);
    await wait(HOUR);
    expect(collector.requests).toHaveLength(1);
    expect(queued()).toEqual([]);
    expect(JSON.stringify(warn.mock.calls)).toContain('event_name_too_long');
  });

  test('of some events of a batch is named on the console in debug, and silent without', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const text = '{"status":"success","accepted":1,"rejected":[{"index":0,"reason":"invalid_text"}]}';
    collector.answer = () => ({ status: 200, text });
    const silent = quiet(device.open());
    track(silent, 'e', 1);
    await wait(6 * SECOND);
    expect(warn).not.toHaveBeenCalled();
    const loud = device.open().init({ autoPage: false, debug: true });
    track(loud, 'f', 1);
    await wait(6 * SECOND);
    expect(JSON.stringify(warn.mock.calls)).toContain('invalid_text');
  });

  test('400 from something in front of the collector is not its word: the events are kept', async () => {
    collector.answer = () => ({ status: 400, text: '<html>Request Header Or Cookie Too Large' });
    track(quiet(device.open()), 'e', 2);
    await wait(HOUR);
    expect(collector.requests).toHaveLength(1);
    expect(queued()).toHaveLength(2);
  });

  test('413 halves the batch until it fits, and drops only an event too large by itself', async () => {
    collector.answer = ({ events }) => {
      if (events.some((event) => event.event_name === 'huge1')) return { status: 413 };
      return { status: events.length > 3 ? 413 : 200 };
    };
    const tab = quiet(device.open());
    track(tab, 'a', 4);
    track(tab, 'huge', 1);
    track(tab, 'b', 5);
    await wait(6 * SECOND);
    expect(collector.names()).toEqual(['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'b3', 'b4', 'b5']);
    expect(collector.duplicates).toBe(0);
    expect(queued()).toEqual([]);
  });
});

describe('the limits', () => {
  test('a backlog goes out in requests of at most 100 events and 450,000 bytes', async () => {
    collector.answer = () => OFFLINE;
    const tab = device.open().init({ autoPage: false, maxQueueBytes: 4e6 });
    track(tab, 'small', 250);
    track(tab, 'big', 8, { text: '字'.repeat(50_000) });
    await wait(6 * SECOND);
    collector.requests = [];
    collector.answer = () => ({ status: 200 });
    tab.dispatch('online');
    await wait(5 * SECOND);
    expect(collector.stored.size).toBe(258);
    for (const { events } of collector.requests) {
      expect(events.length).toBeLessThanOrEqual(100);
      expect(new TextEncoder().encode(JSON.stringify(events)).length).toBeLessThanOrEqual(450_000);
    }
    expect(collector.requests.length).toBeLessThan(9);
  });

  test('a full queue drops its oldest events, stays in bounds, and reports how many once', async () => {
    collector.answer = () => OFFLINE;
    const tab = device.open().init({ autoPage: false, maxQueueBytes: 20_000, flushAt: 1000 });
    track(tab, 'e', 40);
    const used = queued().reduce(
      (sum, key) => sum + (key.length + `${device.local.getItem(key)}`.length) * 2,
      0,
    );
    expect(used).toBeLessThanOrEqual(20_000);
    expect(used).toBeGreaterThan(18_000);
    collector.answer = () => ({ status: 200 });
    tab.dispatch('online');
    await wait(10 * SECOND);
    const events = collector.events();
    const dropped = events.map((event) => event.context.dropped_events || 0).reduce((a, b) => a + b);
    expect(events.length + dropped).toBe(40);
    expect(events[events.length - 1]?.event_name).toBe('e40');
    track(tab, 'later', 1);
    await wait(6 * SECOND);
    expect(collector.events().pop()?.context.dropped_events).toBeUndefined();
  });

  test('an event over the bound by itself goes alone', async () => {
    const tab = device.open().init({ autoPage: false, maxQueueBytes: 20_000 });
    track(tab, 'e', 3);
    tab.hatua.track('huge', { text: 'x'.repeat(20_000) });
    await wait(6 * SECOND);
    expect(collector.names()).toEqual(['e1', 'e2', 'e3']);
    expect(collector.events()[0]?.context.dropped_events).toBe(1);
  });

  test('with storage full, events wait in memory and arrive', async () => {
    device.local = new MemoryStorage(300);
    device.local.setItem('host', 'x'.repeat(200));
    const tab = quiet(device.open());
    track(tab, 'e', 3);
    await wait(6 * SECOND);
    expect(collector.names()).toEqual(['e1', 'e2', 'e3']);
    expect(device.local.getItem('host')).toHaveLength(200);
  });

  test('with storage blocked, everything but the memory of it works', async () => {
    device.local = new MemoryStorage(Infinity, true);
    const tab = quiet(device.open({ session: new MemoryStorage(Infinity, true) }));
    track(tab, 'e', 12);
    await wait(6 * SECOND);
    expect(collector.stored.size).toBe(12);
    expect(collector.duplicates).toBe(0);
  });
});

describe('leaving the page', () => {
  test('hands the rest to a beacon; the next page confirms it with the same ids', async () => {
    const tab = quiet(device.open());
    track(tab, 'e', 3);
    const session = tab.leave();
    expect(collector.requests).toMatchObject([{ beacon: true, writeKey: 'wk_test' }]);
    expect(queued()).toHaveLength(3);
    quiet(device.open({ session }));
    await wait(6 * SECOND);
    expect(attempts()[1]).toEqual(attempts()[0]);
    expect(collector.stored.size).toBe(3);
    expect(queued()).toEqual([]);
  });

  test('a beacon that was lost on the way is made good by the next page', async () => {
    device.beaconsLost = true;
    const tab = quiet(device.open());
    track(tab, 'e', 3);
    tab.leave();
    await wait(22 * HOUR);
    quiet(device.open());
    await wait(6 * SECOND);
    expect(collector.names()).toEqual(['e1', 'e2', 'e3']);
  });

  test('events a beacon took are not sent again once the server may have forgotten their ids', async () => {
    const tab = quiet(device.open());
    track(tab, 'e', 3);
    tab.leave();
    await wait(24 * HOUR);
    quiet(device.open());
    await wait(6 * SECOND);
    expect(collector.requests).toHaveLength(1);
    expect(queued()).toEqual([]);
  });

  test('beacons stay under the 64 KiB that browsers allow', async () => {
    const tab = device.open().init({ autoPage: false, flushAt: 1000 });
    track(tab, 'e', 60, { text: '字'.repeat(400) });
    tab.leave();
    expect(collector.requests.length).toBeGreaterThan(2);
    expect(collector.stored.size).toBe(60);
  });

  test('works in a web view without beacons, locks or composedPath', async () => {
    device.locks = undefined;
    const tab = device.open({ navigator: { sendBeacon: undefined } });
    delete tab.navigator.sendBeacon;
    tab.init();
    const session = tab.leave();
    expect(collector.requests).toEqual([]);
    quiet(device.open({ session }));
    await wait(6 * SECOND);
    expect(collector.names()).toEqual(['page_view']);
  });

  test('a page that is killed mid-request loses nothing', async () => {
    const tab = quiet(device.open());
    track(tab, 'e', 10);
    await wait(15);
    tab.kill();
    expect(collector.stored.size).toBe(10);
    expect(queued()).toHaveLength(10);
    quiet(device.open());
    await wait(6 * SECOND);
    expect(collector.stored.size).toBe(10);
    expect(queued()).toEqual([]);
  });
});

describe('several tabs', () => {
  test('coming back online together, send each event once', async () => {
    collector.answer = () => OFFLINE;
    const tabs = [1, 2, 3].map(() => quiet(device.open()));
    for (const [i, tab] of tabs.entries()) track(tab, `t${i}-`, 40);
    await wait(60 * SECOND);
    collector.requests = [];
    collector.answer = () => ({ status: 200 });
    collector.latencyMs = 500;
    for (const tab of tabs) tab.dispatch('online');
    await wait(120 * SECOND);
    expect(collector.stored.size).toBe(120);
    expect(collector.duplicates).toBe(0);
    expect(queued()).toEqual([]);
  });

  test('a living tab sends what a dead one left; one that slept does not send it again', async () => {
    collector.answer = () => OFFLINE;
    const dead = quiet(device.open());
    const asleep = quiet(device.open());
    track(dead, 'dead', 2);
    track(asleep, 'asleep', 2);
    dead.kill();
    await wait(60 * SECOND);
    collector.answer = () => ({ status: 200 });
    const alive = quiet(device.open());
    track(alive, 'alive', 1);
    await wait(60 * SECOND);
    await asleep.hatua.flush();
    expect(collector.names().sort()).toEqual(['alive1', 'asleep1', 'asleep2', 'dead1', 'dead2']);
    expect(collector.duplicates).toBe(0);
  });

  test('without Web Locks leave each other’s fresh events alone, and take over those of the dead', async () => {
    device.locks = undefined;
    const dead = quiet(device.open());
    track(dead, 'dead', 2);
    dead.kill();
    const alive = quiet(device.open());
    track(alive, 'alive', 1);
    await wait(6 * SECOND);
    expect(collector.names()).toEqual(['alive1']);
    await wait(40 * SECOND);
    expect(collector.names()).toEqual(['alive1', 'dead1', 'dead2']);
  });

  test('a tab that holds the lock and sleeps does not stop the others for ever', async () => {
    device.locks?.request('hatua', () => new Promise(() => undefined), 'a sleeping tab');
    const tab = quiet(device.open());
    track(tab, 'e', 2);
    await wait(40 * SECOND);
    expect(collector.requests).toHaveLength(0);
    await wait(60 * SECOND);
    expect(collector.names()).toEqual(['e1', 'e2']);
  });

  test('locks that the browser refuses are done without', async () => {
    const tab = device.open({
      navigator: { locks: { request: () => Promise.reject(new Error('SecurityError')) } },
    });
    track(quiet(tab), 'e', 2);
    await wait(6 * SECOND);
    expect(collector.names()).toEqual(['e1', 'e2']);
  });

  test('of two projects on one origin keep their events apart', async () => {
    const one = device.open();
    const two = device.open();
    one.hatua.init('wk_one', { autoPage: false });
    two.hatua.init('wk_two', { autoPage: false });
    track(one, 'one', 1);
    track(two, 'two', 1);
    await wait(60 * SECOND);
    expect(
      collector.requests.map(({ writeKey, events }) => [writeKey, events.map((e) => e.event_name)]),
    ).toEqual([
      ['wk_one', ['one1']],
      ['wk_two', ['two1']],
    ]);
  });
});
