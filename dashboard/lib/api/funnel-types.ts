/** The shapes of funnels, as `hatua.analytics.funnel_shapes` has them. */
import type { Filter } from './types';

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

export interface SavedFunnel {
  id: string;
  name: string;
  /** A preset comes with an integration: it can be copied, not changed. */
  preset: boolean;
  definition: FunnelDefinition;
}

export interface FunnelStepResult {
  name: string;
  count: number;
  conversion_from_start: number | null;
  conversion_from_previous: number | null;
  dropped: number;
  median_s: number | null;
  mean_s: number | null;
}

export interface FunnelGroup {
  value: string;
  steps: FunnelStepResult[];
}

export interface FunnelAnswer {
  steps: FunnelStepResult[];
  groups?: FunnelGroup[] | null;
  total_groups?: number | null;
}

export interface FunnelActor {
  key: string;
  /** The furthest step, from 1. */
  reached: number;
  step_times: string[];
}

export interface FunnelPeople {
  people: FunnelActor[];
  total: number;
  next_cursor: string | null;
}
