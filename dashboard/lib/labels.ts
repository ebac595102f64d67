/** Words for the keys of the API: dimensions, metrics, operators, and what an empty value reads as. */
import type { Filter, Metric, Operator } from '@/lib/api/types';
import { countryName } from './countries';
import type { Unit } from './format';

export const DIMENSIONS: readonly { key: string; label: string; group: string }[] = [
  { key: 'page_path', label: 'Page', group: 'Page' },
  { key: 'page_title', label: 'Page title', group: 'Page' },
  { key: 'entry_page', label: 'Entry page', group: 'Page' },
  { key: 'exit_page', label: 'Exit page', group: 'Page' },
  { key: 'event_name', label: 'Event', group: 'Event' },
  { key: 'channel', label: 'Channel', group: 'Event' },
  { key: 'referrer_channel', label: 'Source type', group: 'Source' },
  { key: 'referrer_host', label: 'Referrer', group: 'Source' },
  { key: 'utm_source', label: 'UTM source', group: 'Source' },
  { key: 'utm_medium', label: 'UTM medium', group: 'Source' },
  { key: 'utm_campaign', label: 'UTM campaign', group: 'Source' },
  { key: 'utm_term', label: 'UTM term', group: 'Source' },
  { key: 'utm_content', label: 'UTM content', group: 'Source' },
  { key: 'campaign_id', label: 'Campaign', group: 'Source' },
  { key: 'country', label: 'Country', group: 'Place' },
  { key: 'region', label: 'Region', group: 'Place' },
  { key: 'city', label: 'City', group: 'Place' },
  { key: 'locale', label: 'Language', group: 'Place' },
  { key: 'device_type', label: 'Device', group: 'Device' },
  { key: 'os', label: 'Operating system', group: 'Device' },
  { key: 'browser', label: 'Browser', group: 'Device' },
];

export function dimensionLabel(key: string): string {
  if (key.startsWith('property:')) return key.slice('property:'.length);
  return DIMENSIONS.find((dimension) => dimension.key === key)?.label ?? key;
}

export const OPERATOR_LABELS: Record<Operator, string> = {
  is: 'is',
  is_not: 'is not',
  contains: 'contains',
  not_contains: 'does not contain',
  matches: 'matches',
  exists: 'is set',
  not_exists: 'is not set',
};

const DEVICES: Record<string, string> = {
  desktop: 'Desktop',
  mobile: 'Mobile',
  tablet: 'Tablet',
  bot: 'Bot',
  server: 'Server',
};

const CHANNELS: Record<string, string> = {
  web: 'Web',
  whatsapp: 'WhatsApp',
  webview: 'Web view',
  server: 'Server',
};

const PAGE_DIMENSIONS = new Set(['page_path', 'page_title', 'entry_page', 'exit_page']);

/** How a dimension's value reads to a person; the raw value stays what filters use. */
export function valueLabel(dimension: string, value: string): string {
  if (value === '') {
    if (dimension === 'referrer_host' || dimension === 'referrer_channel') return 'Direct / None';
    return PAGE_DIMENSIONS.has(dimension) ? '(no page)' : '(none)';
  }
  if (dimension === 'country') return countryName(value);
  if (dimension === 'device_type') return DEVICES[value] ?? value;
  if (dimension === 'channel') return CHANNELS[value] ?? value;
  if (dimension === 'referrer_channel')
    return value.charAt(0).toUpperCase() + value.slice(1).replaceAll('_', ' ');
  return value;
}

export function filterSentence(filter: Filter): string {
  const subject = (filter.scope === 'visit' ? 'First event’s ' : '') + dimensionLabel(filter.dimension);
  const values = filter.values.map((value) => valueLabel(filter.dimension, value)).join(' or ');
  return [subject, OPERATOR_LABELS[filter.operator], values].filter(Boolean).join(' ');
}

interface MetricWords {
  label: string;
  unit: Unit;
  /** Whether a rise is good news: colours the change. */
  better: 'up' | 'down' | null;
}

export const METRICS: Record<Metric, MetricWords> = {
  visitors: { label: 'Visitors', unit: 'count', better: 'up' },
  sessions: { label: 'Sessions', unit: 'count', better: 'up' },
  users: { label: 'Known users', unit: 'count', better: 'up' },
  anonymous: { label: 'Anonymous', unit: 'count', better: null },
  pageviews: { label: 'Page views', unit: 'count', better: 'up' },
  events: { label: 'Events', unit: 'count', better: 'up' },
  views_per_session: { label: 'Views per session', unit: 'ratio', better: 'up' },
  duration_mean_s: { label: 'Session duration', unit: 'seconds', better: 'up' },
  duration_median_s: { label: 'Median duration', unit: 'seconds', better: 'up' },
  bounce_rate: { label: 'Bounce rate', unit: 'rate', better: 'down' },
  conversion_rate: { label: 'Conversion', unit: 'rate', better: 'up' },
  conversions: { label: 'Conversions', unit: 'count', better: 'up' },
};
