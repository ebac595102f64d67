/** The shapes of single sessions, as `hatua.analytics.session_shapes` has them. */
import type { EventRecord } from './types';

export interface SessionRecord {
  session_id: string;
  /** The first of `persons`: the users seen in it, then whoever stayed anonymous. */
  person: string;
  persons: string[];
  started_at: string;
  ended_at: string;
  duration_s: number;
  events: number;
  pageviews: number;
  entry_page: string;
  exit_page: string;
  country_code: string;
  region: string;
  city: string;
  device_type: string;
  os: string;
  browser: string;
  channel: string;
  referrer_host: string;
  referrer_channel: string;
  utm_source: string;
  utm_campaign: string;
  bounced: boolean;
  converted: boolean;
}

export interface SessionPage {
  sessions: SessionRecord[];
  next_cursor: string | null;
}

export interface SessionTimeline {
  session: SessionRecord;
  events: EventRecord[];
  next_cursor: string | null;
}
