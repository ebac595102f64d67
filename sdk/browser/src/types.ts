/** Anything JSON can say. Values that JSON cannot say (functions, `undefined`) are left out, as JSON.stringify does. */
export type Properties = Record<string, unknown>;

export interface Options {
  /** Origin of the collector, e.g. `https://analytics.example.org`. Default: where the script came from, else the page's own origin. */
  host?: string;
  /** Send a `page_view` at load, on every route change and on return from the back/forward cache. Default true. */
  autoPage?: boolean;
  /** Send `click` and `form_submit` by itself. Values of inputs are never read. Default false. */
  autocapture?: boolean;
  /** Prefix taken off `context.page.path`, for an app that lives under a folder: `/demo` makes `/demo/mri` read `/mri`. */
  basePath?: string;
  /** `context.channel` of every event. Default `webview` in a session opened by a handshake link, else what the user agent says. */
  channel?: string;
  /** With Global Privacy Control or Do Not Track on: send nothing, store nothing. Default false. */
  respectPrivacySignals?: boolean;
  /** Send as soon as this many events wait. Default 10. */
  flushAt?: number;
  /** Send at the latest this long after an event. Default 5000. */
  flushIntervalMs?: number;
  /** What unsent events may take in storage, at two bytes a character; the oldest go first. Default 1000000. */
  maxQueueBytes?: number;
  /** Say on the console what was refused and why. Default false. */
  debug?: boolean;
}

/** Marks the first or last event of a journey. */
export interface TrackOptions {
  journey_start?: boolean;
  journey_end?: boolean;
}

export interface Hatua {
  /** Starts sending. Calls made before it wait for it; a second call changes nothing. */
  init(writeKey: string, options?: Options): void;
  /** Sends a `page_view`. `path`, `url`, `title`, `referrer` and `search` replace what the browser says, until the next page view. */
  page(properties?: Properties): void;
  /** Sends an event of your own. */
  track(name: string, properties?: Properties, options?: TrackOptions): void;
  /** Says who this is: links the visitor's anonymous id to `userId`, from here on and for what came before. */
  identify(userId: string, traits?: Properties): void;
  /** Forgets the person (sign-out): new anonymous id, new session. */
  reset(): void;
  /** Sends what waits, now. Resolves when the attempt is over, whether or not it succeeded; never rejects. */
  flush(): Promise<void>;
}
