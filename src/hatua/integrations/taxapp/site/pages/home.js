import { JOURNEYS, nextDue } from './journeys.js';
import * as measure from './measure.js';
import { go, main } from './page.js';
import { clear } from './state.js';

const service = (journey) => `
  <article class="card service">
    <header>
      <div class="icon">${journey.icon}</div>
      <h2>${journey.name}</h2>
      <p>${journey.about}</p>
      <ul class="facts">${journey.facts.map((fact) => `<li>${fact}</li>`).join('')}</ul>
    </header>
    <button type="button" class="wide" id="btn-${journey.code}-start" data-hatua-ignore>${
      journey.rate ? 'File and pay' : 'File NIL return'
    }</button>
  </article>`;

export function home() {
  const due = nextDue();
  const left = due.days === 0 ? 'today' : due.days === 1 ? 'tomorrow' : `in ${due.days} days`;
  main.innerHTML = `
    <div><h1>Karibu. File and pay your taxes here.</h1>
      <p class="lead">A few minutes on your phone. You need your PIN, your national ID number and the phone you registered with.</p></div>
    <div class="due">
      <svg width="26" height="26" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" aria-hidden="true"><rect x="4" y="5" width="16" height="15" rx="2"/><path d="M4 10h16M8 3v4M16 3v4"/></svg>
      <p><b>${due.period} returns are due ${left}</b><span class="soft small">Rental income and turnover tax: by ${due.label}.</span></p>
    </div>
    <section class="services" aria-label="Services">${Object.values(JOURNEYS).map(service).join('')}</section>
    <div class="home-more">
      <section class="card stack"><h2>How it works</h2>
        <ol class="how"><li>We check your PIN and ID number and send a code to your phone.</li>
          <li>You say what you earned. We work out the tax.</li>
          <li>You pay with mobile money, and the receipt is yours at once.</li></ol></section>
      <section class="card"><h2>Questions people ask</h2>
        <details><summary>What if I earned nothing?</summary><p>File a NIL return for that month. It takes two minutes and costs nothing.</p></details>
        <details><summary>What happens after the 20th?</summary><p>You can still file. A penalty and interest are added to the tax.</p></details>
        <details><summary>Can I file for somebody else?</summary><p>Yes, with their PIN and the code that is sent to their phone.</p></details></section>
    </div>`;
  for (const code of Object.keys(JOURNEYS)) {
    const button = document.getElementById(`btn-${code}-start`);
    button.addEventListener('click', () => {
      clear();
      measure.started(code, button);
      go(`/${code}/validation`);
    });
  }
}

export const article = (title, paragraphs) => () => {
  main.innerHTML = `<article class="card stack"><h1>${title}</h1>${paragraphs.map((p) => `<p>${p}</p>`).join('')}
    <p><a class="button plain" href="/demo/" data-link>Back to services</a></p></article>`;
};
