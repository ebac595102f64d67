// The router: which page a path draws, and which pages need an earlier one first.
import { article, home } from './home.js';
import { JOURNEYS, STEP_NAMES } from './journeys.js';
import * as measure from './measure.js';
import { go, main, say } from './page.js';
import { clear, load } from './state.js';
import * as steps from './steps.js';

const PLAIN = {
  '/': ['Tax App', home],
  '/help': [
    'Help · Tax App',
    article('Help', [
      'This is a demonstration. It looks and behaves like a tax authority’s self-service, and files nothing.',
      'Any PIN of the right form is accepted. A000000000A is answered as unknown, and the code 000000 as expired.',
    ]),
  ],
  '/privacy': [
    'Privacy · Tax App',
    article('Privacy', [
      'What you type stays in this tab and is gone when you close it.',
      'Hatua counts the steps you take: the pages, the buttons, the result of each step and the PIN you entered. It never reads what is in a field.',
    ]),
  ],
};
const STEPS = {
  validation: steps.validation,
  otp: steps.otp,
  'rental-income': steps.amountReturn,
  'turnover-tax': steps.amountReturn,
  'select-obligation': steps.nilReturn,
  payment: steps.payment,
  done: steps.done,
};
/** What must have happened before a step can be shown; else one is sent back to the start of the journey. */
const NEEDS = {
  otp: (state) => state.validated,
  'rental-income': (state) => state.verified,
  'turnover-tax': (state) => state.verified,
  'select-obligation': (state) => state.verified,
  payment: (state) => state.return && state.payment,
  done: (state) => state.finished,
};

let first = true;

function draw() {
  const path = location.pathname.replace(/^\/demo/, '') || '/';
  const [, code, step] = path.split('/');
  const journey = JOURNEYS[code];
  document.getElementById('btn-sign-out').hidden = !load().pin;
  if (journey?.steps.includes(step)) {
    if (NEEDS[step] && !NEEDS[step](load())) {
      go(`/${code}/validation`, { replace: true });
      return;
    }
    document.title = `${STEP_NAMES[step]} · ${journey.name} · Tax App`;
    STEPS[step](journey, step);
  } else {
    const [title, page] = PLAIN[path] || ['Not found · Tax App', article('There is no such page', ['The address may be old.'])];
    document.title = title;
    page();
  }
  scrollTo(0, 0);
  if (!first) {
    const heading = main.querySelector('h1');
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    say(document.title);
  }
  first = false;
}

addEventListener('taxapp:navigate', draw);
addEventListener('popstate', draw);
addEventListener('error', (event) => measure.failed('script_error', event.message));
document.addEventListener('click', (event) => {
  const link = event.target.closest('a[data-link]');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(link.pathname.replace(/^\/demo/, ''));
});
document.getElementById('btn-sign-out').addEventListener('click', () => {
  clear();
  go('/');
  measure.signedOut();
});

measure.startMeasuring();
draw();
