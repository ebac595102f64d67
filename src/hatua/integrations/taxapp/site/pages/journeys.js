// What the three journeys are: data only. `path` of each step is what the funnels match (docs/demo.md).

const icon = (d) =>
  `<svg width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${d}</svg>`;

export const JOURNEYS = {
  mri: {
    code: 'mri',
    name: 'Monthly rental income',
    title: 'File and pay rental income tax',
    about: 'For landlords with rent of up to KES 15 million a year.',
    facts: ['7.5 % of gross rent', 'Monthly, by the 20th'],
    icon: icon('<path d="M3 11 12 4l9 7"/><path d="M5 9.500V20h14V9.5"/><path d="M10 20v-6h4v6"/>'),
    rate: 0.075,
    amountLabel: 'Gross rent received',
    amountHint: 'All rent received in the month, before expenses.',
    amountId: 'gross-rent',
    steps: ['validation', 'otp', 'rental-income', 'payment', 'done'],
  },
  tot: {
    code: 'tot',
    name: 'Turnover tax',
    title: 'File and pay turnover tax',
    about: 'For businesses with sales of KES 1 to 25 million a year.',
    facts: ['3 % of gross sales', 'Monthly, by the 20th'],
    icon: icon('<path d="M4 9h16l-1.5-5h-13z"/><path d="M5 9v11h14V9"/><path d="M9 20v-6h6v6"/><path d="M4 9a2.7 2.7 0 0 0 5.3 0 2.7 2.7 0 0 0 5.4 0A2.7 2.7 0 0 0 20 9"/>'),
    rate: 0.03,
    amountLabel: 'Gross sales',
    amountHint: 'Everything you sold in the month, before expenses.',
    amountId: 'gross-sales',
    steps: ['validation', 'otp', 'turnover-tax', 'payment', 'done'],
  },
  nil: {
    code: 'nil',
    name: 'NIL return',
    title: 'File a NIL return',
    about: 'For a period in which you had nothing to declare.',
    facts: ['Nothing to pay', 'Two minutes'],
    icon: icon('<path d="M7 3h7l4 4v14H7z"/><path d="M14 3v4h4"/><path d="m10 14 2 2 3.5-4"/>'),
    steps: ['validation', 'otp', 'select-obligation', 'done'],
  },
};

export const STEP_NAMES = {
  validation: 'Who you are',
  otp: 'Code',
  'rental-income': 'Your return',
  'turnover-tax': 'Your return',
  'select-obligation': 'Your return',
  payment: 'Payment',
  done: 'Done',
};

export const OBLIGATIONS = [
  { code: 'income_tax', name: 'Income tax', note: 'Resident individual, yearly' },
  { code: 'mri', name: 'Monthly rental income', note: 'A month without rent' },
  { code: 'tot', name: 'Turnover tax', note: 'A month without sales' },
  { code: 'vat', name: 'Value added tax', note: 'A month without supplies' },
];

/** The last `count` months that are over, newest first: `{value: '2026-10', label: 'October 2026'}`. */
export function pastMonths(count, today = new Date()) {
  return Array.from({ length: count }, (_, back) => {
    const month = new Date(today.getFullYear(), today.getMonth() - 1 - back, 1);
    return {
      value: `${month.getFullYear()}-${`${month.getMonth() + 1}`.padStart(2, '0')}`,
      label: month.toLocaleDateString('en-GB', { month: 'long', year: 'numeric' }),
    };
  });
}

/** When the return of last month is due: the 20th; after it, the 20th of next month. */
export function nextDue(today = new Date()) {
  const late = today.getDate() > 20 ? 1 : 0;
  const due = new Date(today.getFullYear(), today.getMonth() + late, 20);
  const start = new Date(today.getFullYear(), today.getMonth(), today.getDate());
  const period = new Date(today.getFullYear(), today.getMonth() + late - 1, 1);
  return {
    days: Math.round((due - start) / 86400000),
    label: due.toLocaleDateString('en-GB', { day: 'numeric', month: 'long' }),
    period: period.toLocaleDateString('en-GB', { month: 'long' }),
  };
}
