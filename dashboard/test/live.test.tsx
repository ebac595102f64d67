import { act, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { addEvents, KEPT, useLiveEvents } from '@/lib/api/live';
import { event } from './made';

/** The browser's EventSource, driven by the test. */
class FakeSource extends EventTarget {
  static readonly CLOSED = 2;
  static all: FakeSource[] = [];
  readyState = 0;
  constructor(readonly url: string) {
    super();
    FakeSource.all.push(this);
  }
  close() {
    this.readyState = FakeSource.CLOSED;
  }
  send(id: string) {
    this.dispatchEvent(new MessageEvent('event', { data: JSON.stringify(event({ event_id: id })) }));
  }
}

const ids = (events: readonly { event_id: string }[]) => events.map((each) => each.event_id);
const source = () => FakeSource.all.at(-1) as FakeSource;
const frame = () => act(() => vi.advanceTimersByTime(20));

beforeEach(() => {
  vi.useFakeTimers();
  FakeSource.all = [];
  vi.stubGlobal('EventSource', FakeSource);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('the list of live events', () => {
  it('puts the newest on top, each event once, and stays bounded', () => {
    const first = addEvents([], [event({ event_id: 'a' }), event({ event_id: 'b' })]);
    expect(ids(first)).toEqual(['b', 'a']);
    expect(ids(addEvents(first, [event({ event_id: 'b' }), event({ event_id: 'c' })]))).toEqual([
      'c',
      'b',
      'a',
    ]);
    const many = Array.from({ length: KEPT + 50 }, (_, index) => event({ event_id: String(index) }));
    expect(addEvents([], many)).toHaveLength(KEPT);
    expect(addEvents([], many)[0]?.event_id).toBe(String(KEPT + 49));
  });
});

describe('the live stream', () => {
  it('shows what comes in, a frame at a time', () => {
    const { result } = renderHook(() => useLiveEvents('p1', false, undefined));
    expect(source().url).toBe('/api/dashboard/live?project=p1');
    act(() => void source().dispatchEvent(new Event('open')));
    expect(result.current.state).toBe('live');
    source().send('a');
    source().send('b');
    expect(result.current.events).toEqual([]);
    frame();
    expect(ids(result.current.events)).toEqual(['b', 'a']);
  });

  it('holds events back while paused and counts them, then shows them all', () => {
    const { result, rerender } = renderHook(({ paused }) => useLiveEvents('p1', paused, undefined), {
      initialProps: { paused: false },
    });
    source().send('a');
    frame();
    rerender({ paused: true });
    source().send('b');
    source().send('c');
    frame();
    expect(ids(result.current.events)).toEqual(['a']);
    expect(result.current.waiting).toBe(2);
    rerender({ paused: false });
    expect(ids(result.current.events)).toEqual(['c', 'b', 'a']);
    expect(result.current.waiting).toBe(0);
  });

  it('opens a new stream when the browser gave up, and leaves a reconnecting one alone', () => {
    const { result } = renderHook(() => useLiveEvents('p1', false, undefined));
    act(() => void source().dispatchEvent(new Event('error')));
    expect(result.current.state).toBe('connecting');
    act(() => vi.advanceTimersByTime(10_000));
    expect(FakeSource.all).toHaveLength(1);
    source().readyState = FakeSource.CLOSED;
    act(() => void source().dispatchEvent(new Event('error')));
    expect(result.current.state).toBe('lost');
    act(() => vi.advanceTimersByTime(3_000));
    expect(FakeSource.all).toHaveLength(2);
  });

  it('merges the recent events of the first answer without doubling any', () => {
    const recent = [
      event({ event_id: 'new', timestamp: '2026-11-23T10:00:02.000Z' }),
      event({ event_id: 'old', timestamp: '2026-11-23T10:00:01.000Z' }),
    ];
    const { result, rerender } = renderHook(({ known }) => useLiveEvents('p1', false, known), {
      initialProps: { known: undefined as typeof recent | undefined },
    });
    source().send('old');
    frame();
    rerender({ known: recent });
    expect(ids(result.current.events).sort()).toEqual(['new', 'old']);
  });

  it('closes the stream of a project that is left', () => {
    const { rerender, unmount } = renderHook(({ project }) => useLiveEvents(project, false, undefined), {
      initialProps: { project: 'p1' },
    });
    const first = source();
    rerender({ project: 'p2' });
    expect(first.readyState).toBe(FakeSource.CLOSED);
    expect(source().url).toContain('project=p2');
    unmount();
    expect(source().readyState).toBe(FakeSource.CLOSED);
  });
});
