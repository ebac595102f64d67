/** The shapes of the dashboard API as this dashboard uses them. Times are ISO 8601; rates are fractions 0..1. */

export type Role = 'admin' | 'analyst' | 'viewer';

export interface User {
  id: string;
  email: string;
  name: string;
  role: Role;
  tenant_id: string;
  tenant_name: string;
}

export interface AuthState {
  setup_needed: boolean;
  user: User | null;
  csrf: string | null;
  version: string;
}

export interface SignedIn {
  user: User;
  csrf: string;
}

export interface SetupRequest {
  setup_token: string;
  email: string;
  name: string;
  password: string;
  organisation: string;
  project_name: string;
  timezone?: string;
}

export interface WriteKey {
  id: string;
  key: string;
  name: string;
  created_at: string;
  revoked_at: string | null;
}

export interface Project {
  id: string;
  name: string;
  timezone: string;
  created_at: string;
  default_goal: string;
  allowed_origins: string[];
  /** Days; 0 keeps events for ever. */
  retention_days: number;
  write_keys: WriteKey[];
}

export interface ProjectPatch {
  name?: string;
  timezone?: string;
  allowed_origins?: string[];
  default_goal?: string;
  retention_days?: number;
}

export interface FirstEvent {
  received: boolean;
  event_name?: string | null;
  timestamp?: string | null;
  library?: string | null;
}

export interface ApiKey {
  id: string;
  name: string;
  prefix: string;
  scopes: string[];
  project_id: string;
  created_at: string;
  last_used_at?: string | null;
  revoked_at?: string | null;
}

export interface NewApiKey {
  id: string;
  name: string;
  key: string;
  scopes: string[];
  project_id: string;
}

export type Operator = 'is' | 'is_not' | 'contains' | 'not_contains' | 'matches' | 'exists' | 'not_exists';
export type Scope = 'event' | 'visit';

export interface Filter {
  dimension: string;
  operator: Operator;
  values: string[];
  /** Left out: the dimension's own (acquisition, device and place belong to the visit, all else to the event). */
  scope?: Scope;
}

export type Compare = 'none' | 'previous' | 'year';
export type Interval = 'hour' | 'day' | 'week' | 'month';

export type Metric =
  | 'visitors'
  | 'users'
  | 'anonymous'
  | 'sessions'
  | 'pageviews'
  | 'events'
  | 'views_per_session'
  | 'duration_mean_s'
  | 'duration_median_s'
  | 'bounce_rate'
  | 'conversion_rate'
  | 'conversions';

export interface DateRange {
  from: string;
  to: string;
  timezone: string;
}

export interface MetricValue {
  /** null = undefined, as 0/0 is. */
  value: number | null;
  previous: number | null;
}

export interface Overview {
  range: DateRange;
  previous_range: DateRange | null;
  goal: string;
  metrics: Partial<Record<Metric, MetricValue>>;
}

export interface Point {
  bucket: string;
  value: number | null;
  incomplete: boolean;
}

export interface Series {
  metric: Metric;
  points: Point[];
  previous: Point[] | null;
}

export interface Timeseries {
  interval: Interval;
  timezone: string;
  series: Series[];
}

export interface BreakdownRow {
  value: string;
  visitors: number;
  sessions: number;
  pageviews: number;
  events: number;
  bounce_rate: number | null;
  conversion_rate: number | null;
}

export interface BreakdownRest {
  visitors?: number | null;
  sessions: number;
  pageviews: number;
  events: number;
}

export interface Breakdown {
  dimension: string;
  rows: BreakdownRow[];
  total_rows: number;
  other: BreakdownRest | null;
}

export type HeatmapMetric = 'events' | 'visitors' | 'sessions';

export interface Heatmap {
  metric: HeatmapMetric;
  timezone: string;
  /** 7 rows, Monday first, of 24 hours. */
  cells: number[][];
}

export interface DimensionValues {
  values: { value: string; events: number }[];
}

export interface MetricDefinition {
  key: string;
  label: string;
  definition: string;
  unit: 'count' | 'rate' | 'seconds' | 'ratio';
}

export interface Definitions {
  metrics: MetricDefinition[];
  dimensions: { key: string; label: string; belongs_to: Scope }[];
}

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export interface EventRecord {
  event_id: string;
  event_name: string;
  event_type: string;
  timestamp: string;
  received_at: string;
  seq: number;
  anonymous_id: string;
  user_id: string;
  person: string;
  session_id: string;
  channel: string;
  campaign_id: string;
  page_path: string;
  page_title: string;
  page_url: string;
  referrer_host: string;
  referrer_channel: string;
  utm_source: string;
  utm_medium: string;
  utm_campaign: string;
  country_code: string;
  region: string;
  city: string;
  device_type: string;
  os: string;
  browser: string;
  locale: string;
  journey_start: boolean;
  journey_end: boolean;
  properties: JsonObject;
  context: JsonObject;
}

export interface EventPage {
  events: EventRecord[];
  next_cursor: string | null;
}

export interface RealtimeMinute {
  minute: string;
  people: number;
  events: number;
}

export interface Realtime {
  people_now: number;
  per_minute: RealtimeMinute[];
  top_pages: { value: string; people: number }[];
  top_events: { value: string; events: number }[];
  countries: { value: string; people: number }[];
  recent: EventRecord[];
}

export interface ErrorBody {
  error: { code: string; message: string; path?: string | null; details?: Json[] | null };
}
