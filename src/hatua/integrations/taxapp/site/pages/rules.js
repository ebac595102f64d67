// Formats that are checked in the browser before anything is asked of a server. Each returns '' or what is wrong.

export const PIN_NOT_FOUND = 'A000000000A';
export const OTP_EXPIRED = '000000';

export const pinProblem = (pin) =>
  /^[AP]\d{9}[A-Z]$/.test(pin) ? '' : 'A PIN is the letter A or P, nine digits and a letter, such as A012345678X.';

export const nationalIdProblem = (id) => (/^\d{7,8}$/.test(id) ? '' : 'A national ID number has 7 or 8 digits.');

export const otpProblem = (code) => (/^\d{6}$/.test(code) ? '' : 'The code has six digits.');

export const phoneProblem = (phone) =>
  /^(?:\+?254|0)[17]\d{8}$/.test(phone.replace(/[\s-]/g, '')) ? '' : 'A phone number such as 0712 345 678.';

export const amountProblem = (amount) => {
  if (!/^\d{1,9}$/.test(amount)) return 'An amount in whole shillings.';
  return Number(amount) > 0 ? '' : 'For a month with nothing to declare, file a NIL return.';
};

/** `0712 345 678` -> `07******78`: what analytics may see of a phone number. */
export function maskPhone(phone) {
  const local = phone.replace(/[\s-]/g, '').replace(/^\+?254/, '0');
  return `${local.slice(0, 2)}******${local.slice(-2)}`;
}

export const shillings = (amount) => `KES ${Math.round(amount).toLocaleString('en-KE')}`;
