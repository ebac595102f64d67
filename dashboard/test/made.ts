/** Small builders for tests: every field filled, the interesting ones given. */
import type { EventRecord } from '@/lib/api/types';

export function event(part: Partial<EventRecord> = {}): EventRecord {
  return {
    event_id: 'e1',
    event_name: 'page_view',
    event_type: 'page',
    timestamp: '2026-11-23T10:00:00.000Z',
    received_at: '2026-11-23T10:00:00.400Z',
    seq: 0,
    anonymous_id: 'anonymous',
    user_id: '',
    person: 'anonymous',
    session_id: 's1',
    channel: 'web',
    campaign_id: '',
    page_path: '/',
    page_title: '',
    page_url: '',
    referrer_host: '',
    referrer_channel: '',
    utm_source: '',
    utm_medium: '',
    utm_campaign: '',
    country_code: 'KE',
    region: '',
    city: 'Nairobi',
    device_type: 'mobile',
    os: 'Android',
    browser: 'Chrome Mobile',
    locale: 'en-KE',
    journey_start: false,
    journey_end: false,
    properties: {},
    context: {},
    ...part,
  };
}
