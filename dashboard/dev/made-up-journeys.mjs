// Made-up funnels and sessions, for looking at those pages. Development only.
import { event, random } from './made-up.mjs';

const STEP_NAMES = [
  'View home',
  'Start',
  'Validation',
  'OTP',
  'Return form',
  'Return filed',
  'Payment started',
  'Paid',
];
const LEFT = [1, 0.62, 0.51, 0.43, 0.4, 0.31, 0.27, 0.24];

const preset = (id, name, count) => ({
  id,
  name,
  preset: true,
  definition: {
    steps: STEP_NAMES.slice(0, count).map((step) => ({
      name: step,
      any_of: [
        {
          event: step === 'View home' ? 'page_view' : step.toLowerCase().replaceAll(' ', '_'),
          path: step === 'View home' ? '/' : undefined,
          filters:
            step === 'Start'
              ? [{ dimension: 'property:element', operator: 'is', values: ['btn-mri-start'] }]
              : [],
        },
      ],
    })),
    order: 'ordered',
    window_s: null,
    per: 'person',
    exclusions: [],
  },
});

export const funnels = [
  preset('mri', 'MRI: File & Pay Monthly Rental Income', 8),
  preset('tot', 'TOT: Turnover Tax', 8),
  preset('nil', 'NIL: File a nil return', 7),
];

function steps(definition, start) {
  let before = null;
  return definition.steps.map((step, index) => {
    const count = Math.round(start * (LEFT[index] ?? 0.2));
    const result = {
      name: step.name || step.any_of[0].event,
      count,
      conversion_from_start: start ? count / start : null,
      conversion_from_previous: before === null ? (start ? 1 : null) : before ? count / before : null,
      dropped: before === null ? 0 : before - count,
      median_s: index === 0 ? null : 12 + index * 37,
      mean_s: index === 0 ? null : 31 + index * 49,
    };
    before = count;
    return result;
  });
}

export function funnel(_query, body) {
  const start = body.steps[0].any_of[0].event === 'nothing' ? 0 : 4812;
  const groups = body.breakdown
    ? ['mobile', 'desktop', 'tablet', ''].map((value, index) => ({
        value,
        steps: steps(body, Math.round(start / (index + 1.4) ** 2)),
      }))
    : null;
  return { steps: steps(body, start), groups, total_groups: groups && 6 };
}

export function funnelPeople(_query, body) {
  const offset = Number(body.cursor || 0);
  const people = Array.from({ length: 50 }, (_, index) => {
    const next = random(offset + index);
    const started = Date.now() - (offset + index) * 600_000;
    return {
      key: next() > 0.5 ? `A00${1234567 + offset + index}X` : event(offset + index).anonymous_id,
      reached: body.outcome === 'reached' ? body.step : body.step - 1,
      step_times: Array.from({ length: body.outcome === 'reached' ? body.step : body.step - 1 }, (_, step) =>
        new Date(started + step * 45_000).toISOString(),
      ),
    };
  });
  return { people, total: 1490, next_cursor: offset < 150 ? String(offset + 50) : null };
}

function session(number) {
  const next = random(number * 13 + 5);
  const first = event(number * 17);
  const length = 1 + Math.floor(next() ** 2 * 24);
  const started = Date.now() - number * 8 * 60_000 - 60_000;
  return {
    session_id: `s${number}`,
    person: first.person,
    persons: number % 9 === 4 ? [first.person, 'A009999999Z'] : [first.person],
    started_at: new Date(started).toISOString(),
    ended_at: new Date(started + length * 21_000).toISOString(),
    duration_s: length === 1 ? 0 : length * 21,
    events: length,
    pageviews: Math.ceil(length / 3),
    entry_page: '/',
    exit_page: length > 8 ? '/mri/payment' : length > 1 ? '/mri/validation' : '/',
    country_code: first.country_code,
    region: first.region,
    city: first.city,
    device_type: first.device_type,
    os: first.os,
    browser: first.browser,
    channel: first.channel,
    referrer_host: 'wa.me',
    referrer_channel: 'messaging',
    utm_source: '',
    utm_campaign: '',
    bounced: length === 1,
    converted: length > 10,
  };
}

export function sessions(query) {
  const offset = Number(query.cursor || 0);
  const page = Array.from({ length: 50 }, (_, index) => session(offset + index));
  const found = page.filter((each) =>
    JSON.stringify(each)
      .toLowerCase()
      .includes((query.search ?? '').toLowerCase()),
  );
  return {
    sessions: found.filter((each) => !query.person || each.persons.includes(query.person)),
    next_cursor: offset < 200 ? String(offset + 50) : null,
  };
}

export function sessionTimeline(_query, _body, [id]) {
  const record = session(Number(id.slice(1)));
  const events = Array.from({ length: Math.max(record.events, 12) }, (_, index) => {
    const at = Date.parse(record.started_at) + index * 9_000 + (index > 5 ? 96_000 : 0);
    return {
      ...event(index * 3 + 7, at),
      person: record.person,
      session_id: id,
      channel: index < 2 ? 'whatsapp' : 'webview',
      journey_start: index === 2,
    };
  });
  return { session: record, events, next_cursor: null };
}

export function ledger(query) {
  const from = Math.floor(Number(query.from_minute) / 60) * 60;
  const lines = [];
  const totals = {
    received: 0,
    stored: 0,
    duplicate: 0,
    rejected: {},
    pending: 0,
    dead: 0,
    erased: 0,
    gap: 0,
  };
  for (let minute = from; minute < Number(query.to_minute); minute += 60) {
    const hour = (Math.floor(minute / 60) + 3) % 24;
    const stored = Math.round(
      (40 + random(minute)() * 60) * Math.max(0.1, Math.sin(((hour - 5) / 19) * Math.PI)) * 10,
    );
    const line = {
      project_id: 'prj_tax',
      minute,
      received: 0,
      stored,
      duplicate: Math.round(stored * 0.03),
      rejected: hour === 11 ? { missing_identity: 14, invalid_timestamp: 3 } : {},
      pending: minute + 60 >= Number(query.to_minute) ? 21 : 0,
      dead: hour === 14 ? 2 : 0,
      erased: 0,
      gap: 0,
    };
    line.received =
      line.stored +
      line.duplicate +
      line.pending +
      line.dead +
      Object.values(line.rejected).reduce((a, b) => a + b, 0);
    for (const key of ['received', 'stored', 'duplicate', 'pending', 'dead']) totals[key] += line[key];
    for (const [reason, count] of Object.entries(line.rejected))
      totals.rejected[reason] = (totals.rejected[reason] ?? 0) + count;
    lines.push(line);
  }
  return {
    from_minute: Number(query.from_minute),
    to_minute: Number(query.to_minute),
    interval: 'hour',
    minutes: lines,
    totals,
    balanced: true,
  };
}

export const deadLetters = () => ({
  letters: [1, 2].map((number) => ({
    letter_id: String(number),
    event_id: `e${number}`,
    received_at: new Date(Date.now() - number * 3_600_000).toISOString(),
    failed_at: new Date(Date.now() - number * 3_590_000).toISOString(),
    reason: 'unreadable_record',
    error: 'the record is not what this version writes: expected object, got array at byte 12',
    body: JSON.stringify({ event_name: 'return_filed', properties: { obligation: 'mri' } }),
    body_base64: null,
  })),
  next_cursor: null,
});
