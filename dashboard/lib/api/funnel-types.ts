/** Funnels: what is asked is described here, with everything filled in; what is answered by the API's own document. */
import type { components } from './schema';
import type { Filter } from './types';

type Schemas = components['schemas'];

export type FunnelOrder = 'ordered' | 'strict' | 'any';
export type Touch = 'first' | 'last' | 'all' | 'first_step';
export type Outcome = 'reached' | 'dropped';

export interface StepEvent {
  event: string;
  /** With wildcards: `*` stands for anything but "/", `**` for anything. */
  path?: string | null;
  filters?: Filter[];
}

export interface FunnelStep {
  name: string;
  any_of: StepEvent[];
}

/** An event that must not come between two steps, numbered from 1. */
export interface Exclusion extends StepEvent {
  after_step: number;
  before_step: number;
}

export interface FunnelBreakdown {
  dimension: string;
  touch: Touch;
  limit?: number;
}

export interface FunnelDefinition {
  steps: FunnelStep[];
  order: FunnelOrder;
  /** Seconds from the first step on; null: 14 days, for sessions the session. */
  window_s: number | null;
  /** "person", "session" or "property:<key>". */
  per: string;
  exclusions: Exclusion[];
  breakdown?: FunnelBreakdown | null;
}

/** `preset`: it came with an integration. */
export type SavedFunnel = Omit<Schemas['SavedFunnel'], 'definition'> & { definition: FunnelDefinition };
export type FunnelStepResult = Schemas['FunnelStepResult'];
export type FunnelGroup = Schemas['FunnelGroup'];
export type FunnelAnswer = Schemas['Funnel'];
export type FunnelActor = Schemas['FunnelActor'];
export type FunnelPeople = Schemas['FunnelPeople'];
