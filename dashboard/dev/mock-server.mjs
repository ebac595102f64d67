// A stand-in for the API process while the dashboard is worked on alone. Development only; see README.md beside it.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import * as madeUp from './made-up.mjs';
import * as journeys from './made-up-journeys.mjs';

const out = new URL('../out/', import.meta.url).pathname;
const port = Number(process.env.PORT ?? 4173);
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.json': 'application/json',
};

const state = {
  role: 'admin',
  mode: '',
  projects: [project('prj_tax', 'Tax App'), project('prj_site', 'Public site')],
  apiKeys: [
    {
      id: 'k1',
      name: 'Weekly report',
      prefix: 'hk_4fQ2',
      scopes: ['read'],
      project_id: 'prj_tax',
      created_at: '2026-10-02T08:00:00.000Z',
      last_used_at: new Date(Date.now() - 7_200_000).toISOString(),
    },
  ],
  count: 0,
  funnels: [],
};

function project(id, name) {
  return {
    id,
    name,
    timezone: 'Africa/Nairobi',
    created_at: '2026-09-01T08:00:00.000Z',
    default_goal: 'return_filed',
    allowed_origins: ['https://tax.example.org'],
    retention_days: 730,
    keep_ip: 'none',
    hash_phones: false,
    honour_gpc: 'no',
    cookieless: 'off',
    write_keys: [
      {
        id: `${id}_w1`,
        key: `wk_${id}_7Yd0aQm3LxVb2`,
        name: 'Website',
        created_at: '2026-09-01T08:00:00.000Z',
        revoked_at: null,
      },
    ],
  };
}

const user = () => ({
  id: 'u1',
  email: 'achieng@example.org',
  name: 'Achieng Otieno',
  role: state.role,
  tenant_id: 't1',
  tenant_name: 'Revenue Authority',
});
const signedIn = () => ({ user: user(), csrf: 'made-up', project: state.projects[0] });
const fail = (status, code, message, path) => ({ status, body: { error: { code, message, path } } });

const routes = [
  [
    'GET',
    /^\/api\/auth\/state$/,
    () => ({
      setup_needed: state.mode === 'setup',
      user: ['setup', 'out'].includes(state.mode) ? null : user(),
      csrf: 'made-up',
      version: '0.1.0',
    }),
  ],
  [
    'POST',
    /^\/api\/auth\/login$/,
    (_, body) => {
      if (body.password === 'wrong') return fail(401, 'unauthorized', 'E-mail or password is wrong.');
      state.mode = '';
      return signedIn();
    },
  ],
  [
    'POST',
    /^\/api\/auth\/setup$/,
    (_, body) => {
      if (body.setup_token === 'wrong')
        return fail(403, 'forbidden', 'This is not the token that the server printed.', 'setup_token');
      state.mode = '';
      return signedIn();
    },
  ],
  [
    'POST',
    /^\/api\/auth\/logout$/,
    () => {
      state.mode = 'out';
      return null;
    },
  ],
  ['GET', /^\/api\/dashboard\/projects$/, () => ({ projects: state.projects })],
  [
    'POST',
    /^\/api\/dashboard\/projects$/,
    (_, body) => {
      const made = { ...project(`prj_${state.projects.length}`, body.name), timezone: body.timezone };
      state.projects.push(made);
      return made;
    },
  ],
  [
    'PATCH',
    /^\/api\/dashboard\/projects\/(\w+)$/,
    (_, body, [id]) =>
      Object.assign(
        state.projects.find((each) => each.id === id),
        body,
      ),
  ],
  [
    'POST',
    /^\/api\/dashboard\/projects\/(\w+)\/write-keys$/,
    (_, body, [id]) => {
      const key = {
        id: `w${Date.now()}`,
        key: `wk_${Date.now()}`,
        name: body.name,
        created_at: new Date().toISOString(),
        revoked_at: null,
      };
      state.projects.find((each) => each.id === id).write_keys.push(key);
      return key;
    },
  ],
  [
    'DELETE',
    /^\/api\/dashboard\/projects\/(\w+)\/write-keys\/(\w+)$/,
    (_, __, [id, key]) => {
      const keys = state.projects.find((each) => each.id === id).write_keys;
      keys.find((each) => each.id === key).revoked_at = new Date().toISOString();
      return null;
    },
  ],
  [
    'GET',
    /^\/api\/dashboard\/projects\/(\w+)\/first-event$/,
    () =>
      state.mode === 'empty'
        ? { received: false }
        : {
            received: true,
            event_name: 'page_view',
            timestamp: '2026-11-01T08:00:00.000Z',
            library: 'hatua-js 1.0.0',
          },
  ],
  ['GET', /^\/api\/dashboard\/erasures$/, () => ({ erasures: [] })],
  ['GET', /^\/api\/dashboard\/api-keys$/, () => ({ api_keys: state.apiKeys })],
  [
    'POST',
    /^\/api\/dashboard\/api-keys$/,
    (_, body) => {
      const key = { id: `k${Date.now()}`, prefix: 'hk_mAdE', created_at: new Date().toISOString(), ...body };
      state.apiKeys.push(key);
      return { ...key, key: 'hk_mAdE_uP_kEy_for_looking_at_0123456789' };
    },
  ],
  [
    'DELETE',
    /^\/api\/dashboard\/api-keys\/(\w+)$/,
    (_, __, [id]) => {
      state.apiKeys = state.apiKeys.filter((each) => each.id !== id);
      return null;
    },
  ],
  ['GET', /^\/api\/dashboard\/overview$/, madeUp.overview],
  ['GET', /^\/api\/dashboard\/timeseries$/, madeUp.timeseries],
  ['GET', /^\/api\/dashboard\/breakdown$/, madeUp.breakdown],
  ['GET', /^\/api\/dashboard\/heatmap$/, madeUp.heatmap],
  ['GET', /^\/api\/dashboard\/dimension-values$/, madeUp.dimensionValues],
  ['POST', /^\/api\/query\/batch$/, (_, body) => ({ answers: body.questions.map(answerQuestion) })],
  ['GET', /^\/api\/dashboard\/definitions$/, () => madeUp.definitions],
  ['GET', /^\/api\/dashboard\/realtime$/, madeUp.realtime],
  [
    'GET',
    /^\/api\/dashboard\/funnels$/,
    () => ({ funnels: state.mode === 'empty' ? [] : [...state.funnels, ...journeys.funnels] }),
  ],
  [
    'POST',
    /^\/api\/dashboard\/funnels$/,
    (_, body) => {
      const made = { id: `f${Date.now()}`, preset: false, name: body.name, definition: body.definition };
      state.funnels.push(made);
      return made;
    },
  ],
  [
    'PATCH',
    /^\/api\/dashboard\/funnels\/(\w+)$/,
    (_, body, [id]) =>
      Object.assign(
        state.funnels.find((each) => each.id === id),
        body,
      ),
  ],
  [
    'DELETE',
    /^\/api\/dashboard\/funnels\/(\w+)$/,
    (_, __, [id]) => {
      state.funnels = state.funnels.filter((each) => each.id !== id);
      return null;
    },
  ],
  ['POST', /^\/api\/dashboard\/funnel$/, journeys.funnel],
  ['POST', /^\/api\/dashboard\/funnel\/people$/, journeys.funnelPeople],
  ['GET', /^\/api\/dashboard\/ledger$/, journeys.ledger],
  ['GET', /^\/api\/dashboard\/dead-letters$/, journeys.deadLetters],
  ['POST', /^\/api\/dashboard\/dead-letters\/replay$/, () => ({ replayed: 2 })],
  ['GET', /^\/api\/dashboard\/sessions$/, journeys.sessions],
  ['GET', /^\/api\/dashboard\/sessions\/(\w+)$/, journeys.sessionTimeline],
];

/** One question of a batch, answered by the route that it has alone. */
function answerQuestion({ question, ...fields }) {
  const route = routes.find(([, path]) => path.test(`/api/dashboard/${question.replaceAll('_', '-')}`));
  const query = Object.entries(fields).map(([name, value]) => {
    const plain = !Array.isArray(value) || value.every((each) => typeof each === 'string');
    return [name, plain ? String(value) : JSON.stringify(value)];
  });
  return { status: 200, answer: route[2](Object.fromEntries(query)) };
}

function live(request, response) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  const send = () => {
    state.count += 1;
    response.write(
      `id: ${state.count}\nevent: event\ndata: ${JSON.stringify(madeUp.event(5000 + state.count))}\n\n`,
    );
  };
  const timer = setInterval(send, 900);
  request.on('close', () => clearInterval(timer));
}

async function readBody(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text ? JSON.parse(text) : {};
}

async function answerApi(request, response, url) {
  if (url.pathname === '/api/dashboard/live') return live(request, response);
  const body = await readBody(request);
  if (state.mode === 'slow') await new Promise((done) => setTimeout(done, 3_000));
  const route = routes.find(([method, path]) => method === request.method && path.test(url.pathname));
  let answer = route
    ? route[2](Object.fromEntries(url.searchParams), body, route[1].exec(url.pathname).slice(1))
    : fail(404, 'not_found', 'No such path.');
  if (
    state.mode === 'broken' &&
    /^\/api\/(dashboard|query)\//.test(url.pathname) &&
    !/projects/.test(url.pathname)
  ) {
    answer = fail(503, 'unavailable', 'The warehouse does not answer.');
  }
  const status = answer === null ? 204 : (answer.status ?? 200);
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(answer === null ? undefined : JSON.stringify(answer.body ?? answer));
}

function answerFile(response, pathname) {
  let file = join(out, normalize(decodeURIComponent(pathname)));
  if (existsSync(file) && statSync(file).isDirectory()) file = join(file, 'index.html');
  const found = file.startsWith(out) && existsSync(file);
  if (!found) file = join(out, '404.html');
  response.writeHead(found ? 200 : 404, {
    'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
  });
  createReadStream(file).pipe(response);
}

createServer((request, response) => {
  const url = new URL(request.url, 'http://mock');
  if (url.searchParams.has('as')) state.role = url.searchParams.get('as');
  if (url.searchParams.has('state')) state.mode = url.searchParams.get('state');
  if (url.pathname.startsWith('/api/')) {
    answerApi(request, response, url).catch((problem) => {
      response.writeHead(500, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(fail(500, 'mock', String(problem)).body));
    });
  } else {
    answerFile(response, url.pathname);
  }
}).listen(port, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${port}\n`));
