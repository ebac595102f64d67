'use client';

import { clsx } from 'clsx';
import { CalendarDays, ChevronDown } from 'lucide-react';
import { useState } from 'react';
import { buttonClass } from '@/components/ui/button';
import { PopoverPanel, PopoverRoot, PopoverTrigger } from '@/components/ui/overlay';
import { Segments } from '@/components/ui/tabs';
import { useQuestion } from '@/lib/filters/question';
import { PRESETS, todayIn } from '@/lib/filters/range';
import { useFilters } from '@/lib/filters/store';
import { formatDayRange } from '@/lib/format';
import { Calendar } from './calendar';

const COMPARISONS = [
  { key: 'none', label: 'None' },
  { key: 'previous', label: 'Period before' },
  { key: 'year', label: 'Year before' },
] as const;

export function DateRangePicker() {
  const [open, setOpen] = useState(false);
  const question = useQuestion();
  const { range: choice, compare, setRange, setCompare } = useFilters();
  const preset = choice.kind === 'preset' ? PRESETS.find((each) => each.key === choice.preset) : undefined;
  const days = question ? formatDayRange(question.range.from, question.range.to) : '';
  const label = preset?.label ?? days;
  return (
    <PopoverRoot open={open} onOpenChange={setOpen}>
      <PopoverTrigger className={buttonClass('outline')}>
        <CalendarDays aria-hidden />
        <span className="sr-only">Date range: </span>
        {label}
        {preset && <span className="hidden font-normal text-muted lg:inline">{days}</span>}
        <ChevronDown className="text-muted" aria-hidden />
      </PopoverTrigger>
      <PopoverPanel align="end" className="w-auto" aria-label="Date range">
        <div className="flex flex-col sm:flex-row">
          <ul className="grid grid-cols-2 gap-0.5 border-line p-2 max-sm:border-b sm:w-40 sm:grid-cols-1 sm:content-start sm:border-r">
            {PRESETS.map((each) => (
              <li key={each.key}>
                <button
                  type="button"
                  aria-pressed={each === preset}
                  onClick={() => {
                    setRange({ kind: 'preset', preset: each.key });
                    setOpen(false);
                  }}
                  className={clsx(
                    'h-8 w-full rounded-lg px-2.5 text-left text-[0.8125rem] hover:bg-sunken',
                    each === preset && 'bg-accent-soft font-medium text-accent',
                  )}
                >
                  {each.label}
                </button>
              </li>
            ))}
          </ul>
          {question && (
            <div className="flex justify-center p-3">
              <Calendar
                range={question.range}
                today={todayIn(question.timezone)}
                onChange={({ from, to }) => {
                  setRange({ kind: 'custom', from, to });
                  setOpen(false);
                }}
              />
            </div>
          )}
        </div>
        <div className="flex flex-wrap items-center justify-between gap-2 border-line border-t px-3 py-2">
          <span className="text-muted text-xs">Compare with</span>
          <Segments label="Compare with" value={compare} onChange={setCompare} options={COMPARISONS} />
        </div>
        {question && (
          <p className="border-line border-t px-3 py-2 text-muted text-xs">
            Whole days in {question.timezone.replaceAll('_', ' ')}
          </p>
        )}
      </PopoverPanel>
    </PopoverRoot>
  );
}
