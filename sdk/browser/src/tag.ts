import type { Browser } from './browser';
import { createHatua } from './hatua';
import type { Hatua, Options } from './types';

/** What the snippet leaves: an array of calls, `['track', 'name', {...}]`. */
type Call = [method: keyof Hatua, ...args: unknown[]];
type Slot = Call[] | (Hatua & { push: unknown });

/** `<script async src=".../hatua.js" data-write-key="wk_...">`: takes the place of the snippet's queue and answers its calls. */
export function install(w: Browser & { hatua?: Slot }, script: HTMLOrSVGScriptElement | null): void {
  const queued = w.hatua;
  if (queued && !Array.isArray(queued)) return;
  const src = script?.getAttribute('src');
  const hatua = createHatua(w, src ? new URL(src, w.location.href).origin : '');
  const push = (call: Call): void => (hatua[call[0]] as (...args: unknown[]) => void)?.(...call.slice(1));
  w.hatua = Object.assign(hatua, { push });

  const options: Record<string, unknown> = Object.assign({}, script?.dataset);
  for (const name of Object.keys(options)) {
    const value = options[name] as string;
    if (/^(true|false|\d+)?$/.test(value)) options[name] = JSON.parse(value || 'true');
  }
  if (options.writeKey) hatua.init(`${options.writeKey}`, options as Options);
  queued?.forEach(push);
}
