/** The global filters as a query string and back, so that a view can be shared as a link. Defaults are left out. */
import type { Compare, Filter, Interval, Metric, Operator } from '@/lib/api/types';
import { isDay, isPreset, type RangeChoice } from './range';

export const MAIN_METRICS = [
  'visitors',
  'sessions',
  'users',
  'conversion_rate',
  'duration_mean_s',
  'bounce_rate',
] as const satisfies readonly Metric[];
export type MainMetric = (typeof MAIN_METRICS)[number];

export interface FilterState {
  project: string | null;
  range: RangeChoice;
  compare: Compare;
  interval: Interval | 'auto';
  metric: MainMetric;
  filters: Filter[];
}

export const DEFAULTS: FilterState = {
  project: null,
  range: { kind: 'preset', preset: '30d' },
  compare: 'previous',
  interval: 'auto',
  metric: 'visitors',
  filters: [],
};

/** The query parameters that belong to the global filters; a page may keep others beside them. */
export const OWN_PARAMS = ['project', 'range', 'from', 'to', 'compare', 'interval', 'metric', 'f'] as const;

const OPERATORS: readonly Operator[] = [
  'is',
  'is_not',
  'contains',
  'not_contains',
  'matches',
  'exists',
  'not_exists',
];
const COMPARES: readonly Compare[] = ['none', 'previous', 'year'];
const INTERVALS: readonly Interval[] = ['hour', 'day', 'week', 'month'];

const escapeTilde = (text: string) => text.replaceAll('%', '%25').replaceAll('~', '%7E');
const restoreTilde = (text: string) => text.replaceAll('%7E', '~').replaceAll('%25', '%');

/** A filter as one readable word: "country~is~KE~UG"; "visit." or "event." in front when it says whom it asks. */
export function filterToText(filter: Filter): string {
  const scope = filter.scope ? `${filter.scope}.` : '';
  return [scope + filter.dimension, filter.operator, ...filter.values].map(escapeTilde).join('~');
}

/** The filter in a word, or null when it is none: links get cut and edited, and a page must survive that. */
export function filterFromText(text: string): Filter | null {
  const [name = '', operator = '', ...values] = text.split('~').map(restoreTilde);
  const [, scope, dimension = ''] = /^(?:(visit|event)\.)?(.*)$/s.exec(name) ?? [];
  const known = OPERATORS.find((candidate) => candidate === operator);
  if (!known || !/^[a-z_]+$|^property:.+$/.test(dimension)) return null;
  const needsValues = known !== 'exists' && known !== 'not_exists';
  if (needsValues && values.length === 0) return null;
  const filter: Filter = { dimension, operator: known, values: needsValues ? values : [] };
  return scope === 'visit' || scope === 'event' ? { ...filter, scope } : filter;
}

/** encodeURIComponent, but leaving what reads well and is safe in a query: ":" and "/". */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll('%3A', ':').replaceAll('%2F', '/');
}

export function toQuery(state: FilterState): string {
  const parts: [string, string][] = [];
  if (state.project) parts.push(['project', state.project]);
  if (state.range.kind === 'custom') parts.push(['from', state.range.from], ['to', state.range.to]);
  else if (state.range.preset !== '30d') parts.push(['range', state.range.preset]);
  if (state.compare !== DEFAULTS.compare) parts.push(['compare', state.compare]);
  if (state.interval !== DEFAULTS.interval) parts.push(['interval', state.interval]);
  if (state.metric !== DEFAULTS.metric) parts.push(['metric', state.metric]);
  for (const filter of state.filters) parts.push(['f', filterToText(filter)]);
  return parts.map(([name, value]) => `${name}=${encode(value)}`).join('&');
}

export function fromQuery(query: string): FilterState {
  const params = new URLSearchParams(query);
  const from = params.get('from');
  const to = params.get('to');
  const preset = params.get('range');
  let range = DEFAULTS.range;
  if (isDay(from) && isDay(to))
    range = { kind: 'custom', from: from <= to ? from : to, to: from <= to ? to : from };
  else if (isPreset(preset)) range = { kind: 'preset', preset };
  return {
    project: params.get('project') || null,
    range,
    compare: COMPARES.find((value) => value === params.get('compare')) ?? DEFAULTS.compare,
    interval: INTERVALS.find((value) => value === params.get('interval')) ?? DEFAULTS.interval,
    metric: MAIN_METRICS.find((value) => value === params.get('metric')) ?? DEFAULTS.metric,
    filters: params
      .getAll('f')
      .map(filterFromText)
      .filter((filter) => filter !== null),
  };
}

/** `search` with the global filters replaced and everything else kept. */
export function mergeQuery(search: string, state: FilterState): string {
  const rest = new URLSearchParams(search);
  for (const name of OWN_PARAMS) rest.delete(name);
  const text = [toQuery(state), rest.toString()].filter(Boolean).join('&');
  return text ? `?${text}` : '';
}
