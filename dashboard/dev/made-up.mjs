// Repeatable made-up numbers in the shapes of the dashboard API. Development only.

export function random(seed) {
  let state = seed >>> 0 || 1;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const DAY = 86_400_000;
const RHYTHM = [2, 1, 1, 1, 2, 5, 12, 22, 36, 44, 46, 42, 36, 38, 41, 40, 36, 30, 26, 28, 30, 22, 12, 5];
const WEEK = [1.1, 1.15, 1.1, 1.05, 1, 0.6, 0.45];

const BASES = {
  visitors: 420,
  sessions: 610,
  users: 190,
  anonymous: 230,
  pageviews: 2400,
  events: 6100,
  conversion_rate: 0.217,
  duration_mean_s: 214,
  bounce_rate: 0.341,
};
const isRate = (metric) => metric.endsWith('_rate');
const isMean = (metric) => isRate(metric) || metric.endsWith('_s');

function valueAt(metric, day, share = 1) {
  const noise = random(Math.floor(day / DAY) * 31 + metric.length * 7)();
  const weekday = (new Date(day).getUTCDay() + 6) % 7;
  const base = BASES[metric] ?? 100;
  if (isMean(metric)) return base * (0.85 + noise * 0.3);
  return Math.round(base * WEEK[weekday] * (0.8 + noise * 0.4) * share);
}

function daysOf({ from, to }) {
  const days = [];
  for (let day = Date.parse(from); day <= Date.parse(to); day += DAY) days.push(day);
  return days;
}

function shifted(query) {
  const length = Date.parse(query.to) - Date.parse(query.from) + DAY;
  const move = query.compare === 'year' ? 365 * DAY : length;
  const iso = (ms) => new Date(ms).toISOString().slice(0, 10);
  return { from: iso(Date.parse(query.from) - move), to: iso(Date.parse(query.to) - move) };
}

function total(metric, range, factor = 1) {
  const values = daysOf(range).map((day) => valueAt(metric, day, factor));
  const sum = values.reduce((a, b) => a + b, 0);
  if (isMean(metric)) return sum / Math.max(1, values.length);
  return metric === 'visitors' || metric === 'users' ? Math.round(sum * 0.62) : sum;
}

const share = (query) => (query.filters ? 0.37 : 1);

export function overview(query) {
  const before = query.compare === 'none' ? null : shifted(query);
  const metrics = {};
  for (const metric of Object.keys(BASES)) {
    metrics[metric] = {
      value: total(metric, query, share(query)),
      previous: before ? total(metric, before, share(query)) * (isMean(metric) ? 1.04 : 0.9) : null,
    };
  }
  const wrap = (range) => ({
    from: `${range.from}T00:00:00.000Z`,
    to: `${range.to}T00:00:00.000Z`,
    timezone: 'Africa/Nairobi',
  });
  return { range: wrap(query), previous_range: before && wrap(before), goal: 'return_filed', metrics };
}

function buckets(range, interval, metric, factor) {
  const now = Date.now();
  const days = daysOf(range);
  const local = (ms) => `${new Date(ms).toISOString().slice(0, 19)}+03:00`;
  if (interval === 'hour') {
    return days.flatMap((day) =>
      RHYTHM.map((weight, hour) => {
        const at = day + hour * 3_600_000;
        const value =
          valueAt(metric, day, factor) * (isMean(metric) ? 0.9 + (hour % 5) * 0.05 : weight / 240);
        return {
          bucket: local(at),
          value: at - 3 * 3_600_000 > now ? 0 : isMean(metric) ? value : Math.round(value),
          incomplete: at + 3_600_000 - 3 * 3_600_000 > now,
        };
      }),
    );
  }
  const step = interval === 'week' ? 7 : interval === 'month' ? 30 : 1;
  const points = [];
  for (let index = 0; index < days.length; index += step) {
    const slice = days.slice(index, index + step);
    const value = slice.map((day) => valueAt(metric, day, factor)).reduce((a, b) => a + b, 0);
    const end = slice[slice.length - 1] + DAY - 3 * 3_600_000;
    const part = end > now ? 0.45 : 1;
    points.push({
      bucket: local(slice[0]),
      value: isMean(metric) ? value / slice.length : Math.round(value * part),
      incomplete: end > now,
    });
  }
  return points;
}

export function timeseries(query) {
  const before = query.compare === 'none' ? null : shifted(query);
  return {
    interval: query.interval,
    timezone: 'Africa/Nairobi',
    series: query.metrics.split(',').map((metric) => ({
      metric,
      points: buckets(query, query.interval, metric, share(query)),
      previous:
        before &&
        buckets(before, query.interval, metric, share(query) * 0.92).map((point) => ({
          ...point,
          incomplete: false,
        })),
    })),
  };
}

const VALUES = {
  page_path: [
    '/',
    '/mri/validation',
    '/mri/otp',
    '/mri/rental-income',
    '/nil/validation',
    '/nil/otp',
    '/tot/validation',
    '/mri/payment',
    '/help',
    '/nil/obligation',
    '/tot/return',
    '/tot/payment',
    '/status',
    '/help/how-to-file-a-nil-return-when-you-had-no-income-this-year',
  ],
  entry_page: ['/', '/mri/validation', '/nil/validation', '/help', '/status'],
  exit_page: ['/mri/payment', '/', '/mri/otp', '/nil/done', '/tot/payment', '/help'],
  event_name: [
    'page_view',
    'click',
    'form_submit',
    'validation_success',
    'otp_verified',
    'return_filed',
    'payment_initiated',
    'payment_success',
    'app_error',
    'handshake_complete',
  ],
  referrer_channel: ['', 'messaging', 'search', 'social', 'email', 'referral'],
  referrer_host: ['', 'wa.me', 'google.com', 'l.facebook.com', 'kra.go.ke', 't.co', 'bing.com'],
  utm_source: ['whatsapp', 'sms', 'newsletter', 'facebook'],
  utm_medium: ['bot', 'broadcast', 'email', 'cpc'],
  utm_campaign: ['november-deadline', 'nil-reminder', 'landlords-2026'],
  channel: ['webview', 'web', 'whatsapp'],
  country: ['KE', 'UG', 'TZ', 'GB', 'US', 'ZA', 'NG', 'AE', 'RW', 'IN', 'DE', 'CA', 'QA', 'SE', ''],
  region: ['Nairobi County', 'Mombasa', 'Kiambu', 'Nakuru', 'Central Region', 'Kisumu'],
  city: ['Nairobi', 'Mombasa', 'Kisumu', 'Nakuru', 'Eldoret', 'Thika', 'Kampala', 'Dar es Salaam', 'London'],
  locale: ['en-KE', 'sw-KE', 'en-GB', 'en-US'],
  device_type: ['mobile', 'desktop', 'tablet', 'bot'],
  browser: [
    'Chrome Mobile',
    'Chrome',
    'Opera Mini',
    'Samsung Internet',
    'Safari',
    'Mobile Safari',
    'Firefox',
    'Edge',
  ],
  os: ['Android', 'Windows', 'iOS', 'macOS', 'KaiOS', 'Linux'],
};

export function breakdown(query) {
  const all = query.dimension.startsWith('property:')
    ? ['mri', 'tot', 'nil']
    : (VALUES[query.dimension] ?? ['one', 'two', 'three']);
  const scale = total('visitors', query, share(query));
  const steep = query.dimension === 'country' ? 2.4 : query.dimension === 'device_type' ? 1.8 : 1.05;
  const rows = all.map((value, index) => {
    const noise = random(index * 97 + query.dimension.length)();
    const visitors = Math.max(1, Math.round((scale * 0.8) / (index + 1) ** steep));
    return {
      value,
      visitors,
      sessions: Math.round(visitors * 1.42),
      pageviews: Math.round(visitors * (3 + noise)),
      events: Math.round(visitors * (9 + noise * 4)),
      bounce_rate: query.dimension === 'event_name' ? null : 0.2 + noise * 0.3,
      conversion_rate: 0.05 + noise * 0.3,
    };
  });
  const offset = Number(query.offset ?? 0);
  const page = rows.slice(offset, offset + Number(query.limit ?? 10));
  return { dimension: query.dimension, rows: page, total_rows: rows.length, other: null };
}

export function dimensionValues(query) {
  const all = query.dimension.startsWith('property:')
    ? ['mri', 'tot', 'nil']
    : (VALUES[query.dimension] ?? []);
  const values = all
    .map((value, index) => ({ value, events: Math.round(48_000 / (index + 1) ** 1.3) }))
    .filter(({ value }) => value?.toLowerCase().includes((query.search ?? '').toLowerCase()));
  return { values };
}

export function heatmap(query) {
  const cells = WEEK.map((weight, day) =>
    RHYTHM.map((count, hour) => Math.round(count * weight * (3 + random(day * 24 + hour)()))),
  );
  return { metric: query.metric, timezone: 'Africa/Nairobi', cells };
}

const STEPS = [
  ['page_view', '/', {}],
  ['click', '/', { element: 'btn-mri-start', label: 'File rental income' }],
  ['page_view', '/mri/validation', {}],
  ['form_submit', '/mri/validation', { form: 'mri-validation' }],
  ['validation_success', '/mri/validation', { obligation_type: 'mri' }],
  ['otp_verified', '/mri/otp', { method: 'sms', service: 'mri' }],
  ['page_view', '/mri/rental-income', {}],
  [
    'return_filed',
    '/mri/rental-income',
    { obligation: 'mri', receipt_number: 'KRA2026110019', period: '2026-10', amount: 12500 },
  ],
  ['payment_initiated', '/mri/payment', { prn: '2026000193', amount: 12500, phone_masked: '2547****123' }],
  [
    'app_error',
    '/mri/payment',
    { error_code: 'PAYMENT_TIMEOUT', message: 'The payment gateway did not answer in 30 s' },
  ],
  ['payment_success', '/mri/payment', { prn: '2026000193', amount: 12500 }],
  ['message.received', '', { contentType: 'text' }],
];

export function event(number, at = Date.now()) {
  const next = random(number + 1);
  const [name, path, properties] = STEPS[Math.floor(next() * STEPS.length)];
  const person = Math.floor(next() * 60);
  const hex = (seed) => random(seed)().toString(16).slice(2, 10).padEnd(8, '0');
  const anonymous = `${hex(person)}-41d4-4a7b-9c1e-${hex(person + 5)}${hex(person + 9).slice(0, 4)}`;
  const known = person % 3 === 0 ? `A00${1234567 + person}X` : '';
  const cities = [
    ['Nairobi', 'Nairobi County', 'KE'],
    ['Mombasa', 'Mombasa', 'KE'],
    ['Kisumu', 'Kisumu', 'KE'],
    ['Kampala', 'Central Region', 'UG'],
    ['London', 'England', 'GB'],
  ];
  const [city, region, country] = cities[Math.floor(next() ** 2 * cities.length)];
  const whatsapp = name.startsWith('message');
  return {
    event_id: `${hex(number)}-${String(number).padStart(4, '0')}-4000-8000-${hex(number + 3)}0000`,
    event_name: name,
    event_type: name === 'page_view' ? 'page' : 'track',
    timestamp: new Date(at).toISOString(),
    received_at: new Date(at + 180 + next() * 900).toISOString(),
    seq: 0,
    anonymous_id: anonymous,
    user_id: known,
    person: known || anonymous,
    session_id: `${hex(person + 40)}-5e55-4000-8000-${hex(person + 70)}0000`,
    channel: whatsapp ? 'whatsapp' : 'webview',
    campaign_id: '',
    page_path: path,
    page_title: path ? 'Tax App' : '',
    page_url: path ? `https://tax.example.org${path}` : '',
    referrer_host: whatsapp ? '' : 'wa.me',
    referrer_channel: 'messaging',
    utm_source: '',
    utm_medium: '',
    utm_campaign: '',
    country_code: country,
    region,
    city,
    device_type: next() > 0.2 ? 'mobile' : 'desktop',
    os: 'Android',
    browser: 'Chrome Mobile',
    locale: 'en-KE',
    journey_start: false,
    journey_end: name === 'payment_success',
    properties,
    context: {
      library: { name: 'hatua-js', version: '1.0.0' },
      screen: { width: 412, height: 915 },
      locale: 'en-KE',
    },
  };
}

export function realtime() {
  const now = Date.now();
  const minute = now - (now % 60_000);
  const per_minute = Array.from({ length: 30 }, (_, index) => {
    const at = minute - (29 - index) * 60_000;
    const people = Math.round(14 + random(at / 60_000)() * 22);
    return { minute: new Date(at).toISOString(), people, events: people * 4 };
  });
  const top = (list, key, from) =>
    list.map((value, index) => ({ value, [key]: Math.round(from / (index + 1)) }));
  return {
    people_now: 47,
    per_minute,
    top_pages: top(VALUES.page_path.slice(0, 7), 'people', 38),
    top_events: top(VALUES.event_name.slice(0, 7), 'events', 420),
    countries: top(['KE', 'UG', 'GB', 'TZ'], 'people', 52),
    recent: Array.from({ length: 20 }, (_, index) => event(1000 + index, now - index * 7_000)),
  };
}

export const definitions = {
  metrics: [
    ['visitors', 'Visitors', 'count', 'Distinct persons with at least one event in the range.'],
    [
      'sessions',
      'Sessions',
      'count',
      'Distinct sessions that have an event in the range. A session ends after 30 minutes without one.',
    ],
    ['users', 'Users', 'count', 'Visitors known by a user id, in at least one of their events or by a link.'],
    [
      'conversion_rate',
      'Conversion rate',
      'rate',
      'Share of the visitors who have the goal event in the range.',
    ],
    [
      'duration_mean_s',
      'Mean session duration',
      'seconds',
      'Mean time from the first to the last event of a session. All sessions count, bounces as 0.',
    ],
    [
      'bounce_rate',
      'Bounce rate',
      'rate',
      'Share of sessions with exactly one event that is not a heartbeat.',
    ],
  ].map(([key, label, unit, definition]) => ({ key, label, unit, definition })),
  dimensions: [],
};
