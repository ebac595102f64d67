import { JSDOM, VirtualConsole } from 'jsdom';
import type { Browser } from '../src/browser';
import { createHatua } from '../src/hatua';
import type { Options } from '../src/types';

export interface SentEvent {
  event_id: string;
  event_name: string;
  event_type: string;
  timestamp: string;
  anonymous_id: string;
  user_id?: string;
  session_id: string;
  seq: number;
  journey_start?: boolean;
  journey_end?: boolean;
  context: {
    page: { path: string; url: string; title: string; referrer: string; search: string };
    channel?: string;
    handshakeToken?: string;
    campaign?: Record<string, string>;
    dropped_events?: number;
    [key: string]: unknown;
  };
  properties: Record<string, unknown>;
}

interface Request {
  events: SentEvent[];
  sentAt: string;
  writeKey: string;
  beacon: boolean;
  status: number;
}

export interface Answer {
  status: number;
  retryAfter?: string;
  text?: string;
  /** The events arrived, though the client was not told. */
  arrived?: boolean;
}

const OK: Answer = { status: 200 };
/** No connection: status 0, as XMLHttpRequest says it. */
export const OFFLINE: Answer = { status: 0 };

/** A collector with the real one's memory: an event id is stored once. `answer` decides what a request meets. */
export class Collector {
  requests: Request[] = [];
  stored = new Map<string, SentEvent>();
  duplicates = 0;
  answer: (request: Request) => Answer = () => OK;
  latencyMs = 10;

  receive(body: string, beacon: boolean): Answer {
    const { batch, sent_at, write_key } = JSON.parse(body) as {
      batch: SentEvent[];
      sent_at: string;
      write_key: string;
    };
    const request: Request = { events: batch, sentAt: sent_at, writeKey: write_key, beacon, status: 0 };
    const answer = this.answer(request);
    request.status = answer.status;
    this.requests.push(request);
    if (answer.status === 200 || answer.arrived) {
      for (const event of batch) {
        if (this.stored.has(event.event_id)) this.duplicates++;
        this.stored.set(event.event_id, event);
      }
    }
    return answer;
  }

  events = (): SentEvent[] => [...this.stored.values()];
  names = (): string[] => this.events().map((event) => event.event_name);
}

/** Web storage over own enumerable properties, as browsers show it. `quota` counts characters. */
export class MemoryStorage {
  constructor(quota = Infinity, blocked = false) {
    Object.defineProperties(this, {
      quota: { value: quota, writable: true },
      blocked: { value: blocked, writable: true },
    });
  }
  private cells(): Record<string, string> {
    const { blocked } = this as unknown as { blocked: boolean };
    if (blocked) throw new Error('SecurityError: storage is blocked');
    return this as unknown as Record<string, string>;
  }
  getItem(key: string): string | null {
    return this.cells()[key] ?? null;
  }
  setItem(key: string, value: string): void {
    const cells = this.cells();
    const { quota } = this as unknown as { quota: number };
    const used = Object.keys(cells).reduce(
      (sum, each) => sum + (each === key ? 0 : each.length + `${cells[each]}`.length),
      0,
    );
    if (used + key.length + value.length > quota) throw new Error('QuotaExceededError');
    cells[key] = value;
  }
  removeItem(key: string): void {
    delete this.cells()[key];
  }
  copy(): MemoryStorage {
    return Object.assign(new MemoryStorage(), this);
  }
}

/** Web Locks of one origin: exclusive, `ifAvailable` only, as the SDK uses them. */
class Locks {
  private holders = new Map<string, unknown>();
  async request(name: string, act: (lock: object | null) => unknown, holder: unknown): Promise<unknown> {
    if (this.holders.has(name)) return act(null);
    this.holders.set(name, holder);
    try {
      return await act({ name });
    } finally {
      if (this.holders.get(name) === holder) this.holders.delete(name);
    }
  }
  /** The browser frees what a page held when the page ends. */
  release(holder: unknown): void {
    for (const [name, each] of this.holders) if (each === holder) this.holders.delete(name);
  }
}

export interface TabOptions {
  url?: string;
  referrer?: string;
  html?: string;
  /** The tab's sessionStorage: hand on the old one to navigate or copy a tab. */
  session?: MemoryStorage;
  navigator?: Record<string, unknown>;
}

/** One phone or computer: its local storage, cookies and network, shared by the tabs opened on it. */
export class Device {
  local = new MemoryStorage();
  locks: Locks | undefined = new Locks();
  /** The browser accepts beacons; they arrive unless `beaconsLost`. */
  beaconsLost = false;
  constructor(readonly collector = new Collector()) {}

  open(options: TabOptions = {}): Tab {
    return new Tab(this, options);
  }
}

export class Tab {
  readonly dom: JSDOM;
  readonly w: Browser;
  readonly session: MemoryStorage;
  readonly navigator: Record<string, unknown>;
  readonly hatua;
  private closed = false;

  constructor(
    private device: Device,
    options: TabOptions,
  ) {
    this.dom = new JSDOM(options.html || '<!doctype html><title>Home</title>', {
      url: options.url || 'https://tax.example/',
      virtualConsole: new VirtualConsole(),
      ...(options.referrer ? { referrer: options.referrer } : {}),
    });
    this.session = options.session || new MemoryStorage();
    const { locks } = device;
    this.navigator = {
      userAgent: 'Mozilla/5.0 (test)',
      language: 'en-KE',
      onLine: true,
      sendBeacon: (url: string, body: string) => this.beacon(url, body),
      ...(locks
        ? { locks: { request: (name: string, _: object, act: never) => locks.request(name, act, this) } }
        : {}),
      ...options.navigator,
    };
    this.w = this.window();
    this.hatua = createHatua(this.w, 'https://in.example');
  }

  init(options: Options = {}): this {
    this.hatua.init('wk_test', options);
    return this;
  }

  private beacon(_url: string, body: string): boolean {
    if (body.length > 65536) return false;
    if (!this.device.beaconsLost) this.device.collector.receive(body, true);
    return true;
  }

  private window(): Browser {
    const tab = this;
    const { collector } = this.device;
    class FakeRequest {
      status = 0;
      responseText = '';
      timeout = 0;
      onloadend: () => void = () => undefined;
      private retryAfter: string | null = null;
      open(method: string, url: string): void {
        if (method !== 'POST' || url !== 'https://in.example/v1/capture') throw new Error(`${method} ${url}`);
      }
      setRequestHeader(): void {}
      getResponseHeader(name: string): string | null {
        return name === 'Retry-After' ? this.retryAfter : null;
      }
      send(body: string): void {
        setTimeout(() => {
          if (tab.closed) return;
          const answer = collector.receive(body, false);
          this.status = answer.status;
          this.retryAfter = answer.retryAfter ?? null;
          this.responseText = answer.text ?? (answer.status ? '{"status":"success","rejected":[]}' : '');
          setTimeout(() => tab.closed || this.onloadend(), collector.latencyMs);
        }, collector.latencyMs);
      }
    }
    const own: Record<string, unknown> = {
      navigator: this.navigator,
      sessionStorage: this.session,
      XMLHttpRequest: FakeRequest,
      crypto: globalThis.crypto,
      screen: { width: 412, height: 915 },
      setTimeout: (act: () => void, ms: number) => setTimeout(() => tab.closed || act(), ms),
      clearTimeout: (timer: number) => clearTimeout(timer),
    };
    return new Proxy(this.dom.window, {
      get: (target, name: string) => {
        if (name === 'localStorage') {
          // Reading the property itself throws in some browsers when storage is blocked.
          this.device.local.getItem('');
          return this.device.local;
        }
        if (name in own) return own[name];
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' && !value.prototype ? value.bind(target) : value;
      },
      set: (target, name, value) => Reflect.set(target, name, value),
    }) as unknown as Browser;
  }

  setVisible(visible: boolean): void {
    const { document, Event } = this.dom.window;
    Object.defineProperty(document, 'visibilityState', {
      value: visible ? 'visible' : 'hidden',
      configurable: true,
    });
    document.dispatchEvent(new Event('visibilitychange'));
  }

  dispatch(type: string, fields: object = {}): void {
    this.dom.window.dispatchEvent(Object.assign(new this.dom.window.Event(type), fields));
  }

  /** The page is left: it is told, and runs no more. Its sessionStorage goes to the next page of the tab. */
  leave(): MemoryStorage {
    this.setVisible(false);
    this.dispatch('pagehide');
    this.kill();
    return this.session;
  }

  /** The page is ended without being told: killed by the system, or a crash. */
  kill(): void {
    this.closed = true;
    this.device.locks?.release(this);
  }

  click(selector: string): void {
    this.dom.window.document.querySelector<HTMLElement>(selector)?.click();
  }
}
