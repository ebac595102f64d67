// All that this app tells Hatua, in one place, as a customer would write it. Page views, clicks and form submissions
// come from the SDK by itself (autoPage, autocapture).

export async function startMeasuring() {
  const answer = await fetch('/demo/config.json');
  const { write_key: writeKey, host } = await answer.json();
  window.hatua.init(writeKey, { host: host || location.origin, basePath: '/demo', autocapture: true });
}

export const started = (journey, button) =>
  window.hatua.track(
    'click',
    { element: button.id, id: button.id, label: button.textContent.trim(), obligation_type: journey },
    { journey_start: true },
  );

export function validated(journey, pin) {
  window.hatua.identify(pin, { pin });
  window.hatua.track('validation_success', { obligation_type: journey });
}

export const otpVerified = (journey) => window.hatua.track('otp_verified', { service: journey, method: 'sms' });

export const filingStarted = (journey) => window.hatua.track('filing_started', { obligation_type: journey });

export const returnFiled = (journey, filed) =>
  window.hatua.track('return_filed', {
    obligation_type: journey,
    obligation: filed.obligation,
    receipt_number: filed.receipt,
    period: filed.period,
    amount: filed.amount,
  });

export const paymentInitiated = (journey, payment) =>
  window.hatua.track('payment_initiated', {
    obligation_type: journey,
    prn: payment.prn,
    amount: payment.amount,
    phone_masked: payment.phoneMasked,
  });

export const paymentSucceeded = (journey, payment) =>
  window.hatua.track('payment_success', { obligation_type: journey, prn: payment.prn, amount: payment.amount });

export const completed = (journey) =>
  window.hatua.track('process_complete', { obligation_type: journey }, { journey_end: true });

export const failed = (code, message) => window.hatua.track('app_error', { error_code: code, message });

export const rated = (journey, rating) => window.hatua.track('csat_submitted', { rating, journey });

export const signedOut = () => window.hatua.reset();
