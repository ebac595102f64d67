import { frame } from './frame.js';
import { OBLIGATIONS, pastMonths } from './journeys.js';
import * as measure from './measure.js';
import { answer, attributes, escape, field, go, wire } from './page.js';
import * as rules from './rules.js';
import { load, save } from './state.js';

const submit = (id, label, name = label) => `<p class="alert" role="alert"></p>
  <button type="submit" class="wide" id="btn-${id}" data-hatua-label="${name}">${label}</button>`;
const digits = (count) => Array.from({ length: count }, () => Math.floor(Math.random() * 10)).join('');
const next = (journey, step) => go(`/${journey.code}/${journey.steps[journey.steps.indexOf(step) + 1]}`);

export function validation(journey) {
  const box = frame(
    journey,
    'validation',
    `<div><h1>Who is filing?</h1><p class="lead">We check that the PIN and the ID number belong together.</p></div>
    <form id="${journey.code}-validation" novalidate>
      ${field({ id: 'pin', label: 'PIN', hint: 'A letter, nine digits, a letter.', control: `<input class="pin" ${attributes('pin')} maxlength="11" autocapitalize="characters" spellcheck="false" placeholder="A012345678X">` })}
      ${field({ id: 'national-id', label: 'National ID number', hint: '7 or 8 digits.', control: `<input ${attributes('national-id')} inputmode="numeric" maxlength="8" placeholder="12345678">` })}
      <button type="button" class="link" id="btn-sample">Use made-up details</button>
      ${submit(`${journey.code}-validate`, 'Continue')}
    </form>`,
  );
  const form = box.querySelector('form');
  box.querySelector('#btn-sample').addEventListener('click', () => {
    form.elements.pin.value = `A0${digits(8)}${'BCDEFGHJKLMNPQRSTUVWXYZ'[Math.floor(Math.random() * 23)]}`;
    form.elements['national-id'].value = `2${digits(7)}`;
  });
  wire(
    form,
    {
      pin: (pin) => rules.pinProblem(pin.toUpperCase()),
      'national-id': rules.nationalIdProblem,
    },
    async (values) => {
      await answer();
      const pin = values.pin.toUpperCase();
      if (pin === rules.PIN_NOT_FOUND) {
        measure.failed('pin_not_found', 'No taxpayer has this PIN');
        throw new Error('We found no taxpayer with this PIN and ID number. Check both and try again.');
      }
      save({ pin, validated: true });
      measure.validated(journey.code, pin);
      next(journey, 'validation');
    },
  );
}

export function otp(journey) {
  const box = frame(
    journey,
    'otp',
    `<div><h1>Enter the code</h1><p class="lead">We sent six digits by SMS to the phone registered for ${escape(load().pin)}.</p></div>
    <form id="${journey.code}-otp" novalidate>
      ${field({ id: 'otp', label: 'Code', hint: 'In this demonstration any six digits will do.', control: `<input class="code" ${attributes('otp')} inputmode="numeric" maxlength="6" placeholder="······">` })}
      <button type="button" class="link" id="btn-resend-otp">Send a new code</button>
      ${submit(`${journey.code}-confirm-otp`, 'Confirm')}
    </form>`,
  );
  box.querySelector('#btn-resend-otp').addEventListener('click', (event) => {
    event.currentTarget.textContent = 'A new code is on its way';
  });
  wire(box.querySelector('form'), { otp: rules.otpProblem }, async (values) => {
    await answer(400);
    if (values.otp === rules.OTP_EXPIRED) {
      measure.failed('otp_expired', 'The code is more than 10 minutes old');
      throw new Error('This code has expired. Ask for a new one.');
    }
    save({ verified: true });
    measure.otpVerified(journey.code);
    next(journey, 'otp');
  });
}

const declaration = `<label class="check"><input type="checkbox" name="declared" required><span>I declare that this return is true and complete.</span></label>`;

export function amountReturn(journey, step) {
  const months = pastMonths(4);
  const id = journey.amountId;
  const box = frame(
    journey,
    step,
    `<div><h1>${journey.title}</h1><p class="lead">Say what you received. We work out the tax at ${+(journey.rate * 100).toFixed(1)} %.</p></div>
    <form id="${journey.code}-return" novalidate>
      ${field({ id: 'period', label: 'Month', control: `<select ${attributes('period', false)}>${months.map((m) => `<option value="${m.value}">${m.label}</option>`).join('')}</select>` })}
      ${field({ id, label: journey.amountLabel, hint: journey.amountHint, control: `<div class="money"><span>KES</span><input ${attributes(id)} inputmode="numeric" maxlength="9" placeholder="0"></div>` })}
      <dl class="sum"><div><dt>Rate</dt><dd>${+(journey.rate * 100).toFixed(1)} %</dd></div>
        <div class="total"><dt>Tax to pay</dt><dd id="tax">KES 0</dd></div></dl>
      ${declaration}
      ${submit(`${journey.code}-file`, 'File return')}
    </form>`,
  );
  measure.filingStarted(journey.code);
  const form = box.querySelector('form');
  const tax = () => Math.round(Number(form.elements[id].value.replace(/\D/g, '')) * journey.rate);
  form.elements[id].addEventListener('input', () => {
    box.querySelector('#tax').textContent = rules.shillings(tax());
  });
  wire(form, { period: () => '', [id]: rules.amountProblem }, async (values) => {
    if (!values.declared) throw new Error('Tick the declaration before you file.');
    await answer(700);
    const filed = {
      obligation: journey.code,
      period: values.period,
      periodLabel: months.find((month) => month.value === values.period).label,
      amount: tax(),
      taxLabel: rules.shillings(tax()),
      receipt: receipt(journey),
    };
    save({ return: filed, payment: { prn: `20${digits(8)}`, amount: filed.amount } });
    measure.returnFiled(journey.code, filed);
    next(journey, step);
  });
}

export function nilReturn(journey, step) {
  const months = pastMonths(12);
  const choices = OBLIGATIONS.map(
    (each, i) => `<label class="choice"><input type="radio" name="obligation" value="${each.code}" ${i ? '' : 'checked'}>
      <span>${each.name}<small>${each.note}</small></span></label>`,
  ).join('');
  const box = frame(
    journey,
    step,
    `<div><h1>What is the NIL return for?</h1><p class="lead">Choose the tax, and the period in which you had nothing to declare.</p></div>
    <form id="nil-return" novalidate>
      <fieldset class="field"><legend>Tax obligation</legend><div class="choices">${choices}</div></fieldset>
      ${field({ id: 'period', label: 'Period ends', control: `<select ${attributes('period', false)}>${months.map((m) => `<option value="${m.value}">${m.label}</option>`).join('')}</select>` })}
      ${declaration}
      ${submit('nil-file', 'File NIL return')}
    </form>`,
  );
  measure.filingStarted(journey.code);
  wire(box.querySelector('form'), { period: () => '' }, async (values) => {
    if (!values.declared) throw new Error('Tick the declaration before you file.');
    await answer(700);
    const filed = {
      obligation: values.obligation,
      period: values.period,
      periodLabel: months.find((month) => month.value === values.period).label,
      amount: 0,
      receipt: receipt(journey),
    };
    save({ return: filed, finished: true });
    measure.returnFiled(journey.code, filed);
    measure.completed(journey.code);
    next(journey, step);
  });
}

function receipt(journey) {
  const day = new Date().toISOString().slice(0, 10).replace(/-/g, '');
  return `${journey.code.toUpperCase()}-${day}-${digits(6)}`;
}

export function payment(journey) {
  const { return: filed, payment: due } = load();
  const box = frame(
    journey,
    'payment',
    `<div><h1>Pay ${escape(filed.taxLabel)}</h1><p class="lead">Your return is filed. Pay now with mobile money: a request comes to your phone, and you confirm it there.</p></div>
    <dl class="sum"><div><dt>Payment number (PRN)</dt><dd>${escape(due.prn)}</dd></div>
      <div><dt>For</dt><dd>${escape(filed.periodLabel)}</dd></div>
      <div class="total"><dt>To pay</dt><dd>${escape(filed.taxLabel)}</dd></div></dl>
    <form id="${journey.code}-payment" novalidate>
      ${field({ id: 'phone', label: 'Mobile money number', hint: 'In this demonstration no request is sent.', control: `<input ${attributes('phone')} type="tel" inputmode="tel" maxlength="16" placeholder="0712 345 678">` })}
      ${submit(`${journey.code}-pay`, `Pay ${escape(filed.taxLabel)}`, 'Pay')}
    </form>`,
  );
  wire(box.querySelector('form'), { phone: rules.phoneProblem }, async (values) => {
    const paid = { ...due, phoneMasked: rules.maskPhone(values.phone) };
    measure.paymentInitiated(journey.code, paid);
    box.querySelector('button[type=submit]').textContent = 'Waiting for your phone…';
    await answer(1400);
    save({ payment: paid, finished: true });
    measure.paymentSucceeded(journey.code, paid);
    measure.completed(journey.code);
    next(journey, 'payment');
  });
}

export function done(journey) {
  const { return: filed, payment: paid } = load();
  const box = frame(
    journey,
    'done',
    `<div class="tick"><svg width="34" height="34" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="m5 12.500 4.500 4.500L19 7.500"/></svg></div>
    <div class="centre"><h1>${paid ? 'Filed and paid. Asante.' : 'Filed. Asante.'}</h1>
      <p class="soft">Keep the receipt number. You need nothing else.</p></div>
    <dl class="sum"><div><dt>Receipt</dt><dd id="receipt">${escape(filed.receipt)}</dd></div>
      <div><dt>Period</dt><dd>${escape(filed.periodLabel)}</dd></div>
      ${paid ? `<div><dt>Payment number</dt><dd>${escape(paid.prn)}</dd></div><div class="total"><dt>Paid</dt><dd>${escape(filed.taxLabel)}</dd></div>` : ''}</dl>
    <div class="centre stack" id="rating"><p><b>How was it?</b></p>
      <div class="stars" data-hatua-ignore>${[1, 2, 3, 4, 5].map((n) => `<button type="button" value="${n}" aria-label="${n} of 5">★</button>`).join('')}</div></div>
    <a class="button plain" id="btn-another" href="/demo/" data-link>File another return</a>`,
  );
  const stars = [...box.querySelectorAll('.stars button')];
  for (const star of stars) {
    star.addEventListener('click', () => {
      const rating = Number(star.value);
      measure.rated(journey.code, rating);
      for (const each of stars) {
        each.classList.toggle('on', Number(each.value) <= rating);
        each.disabled = true;
      }
      box.querySelector('#rating p').textContent = 'Thank you.';
    });
  }
}
