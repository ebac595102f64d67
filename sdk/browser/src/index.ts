import { createHatua } from './hatua';

export type { Hatua, Options, Properties, TrackOptions } from './types';

export const { init, page, track, identify, reset, flush } = createHatua(
  typeof window === 'undefined' ? undefined : window,
);
