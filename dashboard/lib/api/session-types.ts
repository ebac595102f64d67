/** Single sessions, as the API's own document describes them. */
import type { components } from './schema';

type Schemas = components['schemas'];

/** `person` is the first of `persons`: the users seen in it, then whoever stayed anonymous. */
export type SessionRecord = Schemas['Session'];
export type SessionPage = Schemas['Sessions'];
export type SessionTimeline = Schemas['SessionTimeline'];
