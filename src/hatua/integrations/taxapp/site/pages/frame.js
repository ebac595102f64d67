import { STEP_NAMES } from './journeys.js';
import { escape, main } from './page.js';
import { load } from './state.js';

/** A step of a journey: where one is, the step itself, and what is known so far (on a phone only where that is news). */
export function frame(journey, step, body) {
  const at = journey.steps.indexOf(step);
  const dots = journey.steps.map((_, i) => `<li class="${i < at ? 'done' : i === at ? 'now' : ''}"></li>`).join('');
  main.innerHTML = `<div class="flow">
    <nav class="progress" aria-label="Progress"><ol aria-hidden="true">${dots}</ol>
      <p>${journey.name} · Step ${at + 1} of ${journey.steps.length}: ${STEP_NAMES[step]}</p></nav>
    <section class="card stack">${body}</section>
    <aside class="card stack ${step === 'validation' || step === 'done' ? 'repeats' : ''}" data-hatua-ignore>${aside(journey)}</aside></div>`;
  return main.querySelector('section');
}

function aside(journey) {
  const { pin, return: filed, payment } = load();
  const rows = [
    ['Service', journey.name],
    pin && ['PIN', pin],
    filed && ['Period', filed.periodLabel],
    filed && journey.rate && ['Tax', filed.taxLabel],
    filed && ['Receipt', filed.receipt],
    payment && ['Payment number', payment.prn],
  ].filter(Boolean);
  return `<h2>Summary</h2><dl class="sum">${rows
    .map(([name, value]) => `<div><dt>${name}</dt><dd>${escape(value)}</dd></div>`)
    .join('')}</dl>`;
}
