/**
 * The shapes of the dashboard API, under the names this dashboard uses. They come from the API's own OpenAPI document
 * (openapi.json, turned into schema.ts by `npm run types`), so a change there that breaks a page breaks its build.
 * Times are ISO 8601; rates are fractions 0..1; null means undefined, as 0/0 is.
 */
import type { components } from './schema';

type Schemas = components['schemas'];

export type User = Schemas['User'];
export type Role = User['role'];
export type AuthState = Schemas['AuthState'];
/** `code` is optional on the wire; the generated type of a field with a default is not. */
export type LoginRequest = Omit<Schemas['LoginRequest'], 'code'> & { code?: string };
export type SignedIn = Schemas['SignedIn'];
export type SetupRequest = Schemas['SetupRequest'];
export type SetupDone = Schemas['SetupDone'];

export type Project = Schemas['Project'];
export type ProjectPatch = Schemas['ProjectChanges'];
export type KeepIp = Project['keep_ip'];
export type WriteKey = Schemas['WriteKey'];
export type FirstEvent = Schemas['FirstEvent'];
export type ApiKey = Schemas['ApiKey'];
export type NewApiKey = Schemas['CreatedApiKey'];

export type Operator = 'is' | 'is_not' | 'contains' | 'not_contains' | 'matches' | 'exists' | 'not_exists';
export type Scope = Schemas['DimensionDefinition']['belongs_to'];

/** One condition; filters travel as JSON text in the query string, which OpenAPI cannot type. */
export interface Filter {
  dimension: string;
  operator: Operator;
  values: string[];
  /** Left out: the dimension's own (acquisition, device and place belong to the visit, all else to the event). */
  scope?: Scope;
}

export type Compare = 'none' | 'previous' | 'year';
export type Interval = Schemas['Timeseries']['interval'];
export type Metric = Schemas['MetricDefinition']['key'];

export type Overview = Omit<Schemas['Overview'], 'metrics'> & {
  metrics: Partial<Record<Metric, Schemas['MetricValue']>>;
};
export type Timeseries = Schemas['Timeseries'];
export type Series = Schemas['Series'];
export type Point = Schemas['Point'];
export type Breakdown = Schemas['Breakdown'];
export type BreakdownRow = Schemas['BreakdownRow'];
export type Heatmap = Schemas['Heatmap'];
export type HeatmapMetric = Heatmap['metric'];
export type DimensionValues = Schemas['DimensionValues'];
export type Definitions = Schemas['Definitions'];

export type EventRecord = Schemas['Event'];
export type EventPage = Schemas['Events'];
export type Realtime = Schemas['Realtime'];
export type RealtimeMinute = Schemas['RealtimeMinute'];
export type JsonObject = EventRecord['properties'];

export type ErrorBody = Schemas['ErrorAnswer'];

export type Ledger = Schemas['Ledger'];
export type LedgerLine = Schemas['LedgerLine'];
export type DeadLetter = Schemas['DeadLetter'];
export type DeadLetters = Schemas['DeadLetters'];
