'use client';

import { clsx } from 'clsx';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { Button } from '@/components/ui/button';
import { addDays, addMonths, type DayRange } from '@/lib/filters/range';

const WEEKDAYS = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'];
const title = new Intl.DateTimeFormat('en', { timeZone: 'UTC', month: 'long', year: 'numeric' });
const spoken = new Intl.DateTimeFormat('en', { timeZone: 'UTC', dateStyle: 'full' });
const dateOf = (day: string) => new Date(`${day}T00:00:00Z`);

/** Whole weeks, Monday first, that cover the month of `day`. */
export function weeksOf(day: string): string[][] {
  const first = `${day.slice(0, 8)}01`;
  const start = addDays(first, -((dateOf(first).getUTCDay() + 6) % 7));
  const weeks: string[][] = [];
  for (let monday = start; monday < addMonths(first, 1); monday = addDays(monday, 7)) {
    weeks.push(Array.from({ length: 7 }, (_, index) => addDays(monday, index)));
  }
  return weeks;
}

const STEPS: Record<string, (day: string) => string> = {
  ArrowLeft: (day) => addDays(day, -1),
  ArrowRight: (day) => addDays(day, 1),
  ArrowUp: (day) => addDays(day, -7),
  ArrowDown: (day) => addDays(day, 7),
  PageUp: (day) => addMonths(day, -1),
  PageDown: (day) => addMonths(day, 1),
  Home: (day) => addDays(day, -((dateOf(day).getUTCDay() + 6) % 7)),
  End: (day) => addDays(day, 6 - ((dateOf(day).getUTCDay() + 6) % 7)),
};

interface CalendarProps {
  range: DayRange;
  today: string;
  onChange: (range: DayRange) => void;
}

/** A month to pick a range in: the first pick sets the start, the second the end. Arrows, Page and Home/End move. */
export function Calendar({ range, today, onChange }: CalendarProps) {
  const [start, setStart] = useState<string | null>(null);
  const [cursor, setCursor] = useState(range.to > today ? today : range.to);
  const [hovered, setHovered] = useState<string | null>(null);
  const grid = useRef<HTMLTableElement>(null);
  const moved = useRef(false);

  useEffect(() => {
    if (!moved.current) return;
    moved.current = false;
    grid.current?.querySelector<HTMLButtonElement>(`[data-day="${cursor}"]`)?.focus();
  }, [cursor]);

  const other = start === null ? null : (hovered ?? start);
  const from = start === null || other === null ? range.from : start < other ? start : other;
  const to = start === null || other === null ? range.to : start < other ? other : start;

  const pick = (day: string) => {
    setCursor(day);
    if (start === null) {
      setStart(day);
      setHovered(day);
      return;
    }
    setStart(null);
    onChange(start < day ? { from: start, to: day } : { from: day, to: start });
  };
  const move = (event: KeyboardEvent) => {
    const next = STEPS[event.key]?.(cursor);
    if (!next) return;
    event.preventDefault();
    moved.current = true;
    setCursor(next > today ? today : next);
    if (start !== null) setHovered(next > today ? today : next);
  };

  return (
    <div className="w-64">
      <div className="mb-2 flex items-center justify-between">
        <Button
          look="ghost"
          size="icon"
          aria-label="Month before"
          onClick={() => setCursor(addMonths(cursor, -1))}
        >
          <ChevronLeft aria-hidden />
        </Button>
        <p className="font-medium text-[0.8125rem]" aria-live="polite">
          {title.format(dateOf(cursor))}
        </p>
        <Button
          look="ghost"
          size="icon"
          aria-label="Month after"
          disabled={addMonths(`${cursor.slice(0, 8)}01`, 1) > today}
          onClick={() => setCursor(addMonths(cursor, 1) > today ? today : addMonths(cursor, 1))}
        >
          <ChevronRight aria-hidden />
        </Button>
      </div>
      <table ref={grid} className="w-full border-separate border-spacing-y-0.5 text-center text-[0.8125rem]">
        <caption className="sr-only">
          {start === null ? 'Choose the first day' : 'Choose the last day'} of the range
        </caption>
        <thead>
          <tr className="text-muted text-xs">
            {WEEKDAYS.map((day) => (
              <th key={day} scope="col" className="pb-1 font-normal">
                {day}
              </th>
            ))}
          </tr>
        </thead>
        <tbody onKeyDown={move}>
          {weeksOf(cursor).map((week) => (
            <tr key={week[0]}>
              {week.map((day) => {
                const inside = day >= from && day <= to;
                const end = day === from || day === to;
                return (
                  <td
                    key={day}
                    className={clsx(
                      'p-0',
                      inside && 'bg-accent-soft',
                      day === from && 'rounded-l-lg',
                      day === to && 'rounded-r-lg',
                    )}
                  >
                    <button
                      type="button"
                      data-day={day}
                      tabIndex={day === cursor ? 0 : -1}
                      disabled={day > today}
                      aria-pressed={inside}
                      aria-label={spoken.format(dateOf(day))}
                      aria-current={day === today ? 'date' : undefined}
                      onClick={() => pick(day)}
                      onPointerEnter={() => start !== null && setHovered(day)}
                      className={clsx(
                        'h-8 w-full rounded-lg disabled:opacity-30',
                        end ? 'bg-accent font-medium text-accent-text' : 'hover:bg-sunken',
                        !end && day.slice(0, 7) !== cursor.slice(0, 7) && 'text-muted',
                        day === today && !end && 'font-semibold text-accent',
                      )}
                    >
                      {Number(day.slice(8))}
                    </button>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
