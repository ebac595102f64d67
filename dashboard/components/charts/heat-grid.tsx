import { clsx } from 'clsx';
import { formatCompact } from '@/lib/format';

export const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const clock = (hour: number) => `${String(hour).padStart(2, '0')}:00`;

interface HeatGridProps {
  /** 7 rows of 24 counts, Monday first. */
  cells: readonly (readonly number[])[];
  unit: string;
  /** Show the counts in the cells, as a table does; otherwise they are there for screen readers and on hover. */
  numbers: boolean;
}

/** Day by hour as a real table whose cells are coloured by count. */
export function HeatGrid({ cells, unit, numbers }: HeatGridProps) {
  const top = Math.max(1, ...cells.flat());
  const colour = (count: number) =>
    count === 0
      ? 'var(--heat-0)'
      : `color-mix(in oklab, var(--heat-1) ${Math.round(10 + (count / top) * 90)}%, var(--heat-0))`;
  return (
    <section
      aria-label={`${unit} by day and hour`}
      tabIndex={0}
      className="-outline-offset-2 relative overflow-x-auto px-4 pt-1 pb-4"
    >
      <table className="w-full min-w-[44rem] table-fixed border-separate border-spacing-[3px]">
        <caption className="sr-only">{unit} by day of the week and hour of the day</caption>
        <thead>
          <tr>
            <th className="w-10" scope="col">
              <span className="sr-only">Day</span>
            </th>
            {HOURS.map((hour) => (
              <th key={hour} scope="col" className="pb-0.5 text-left font-normal text-2xs text-muted">
                <span className={clsx(hour % 3 !== 0 && !numbers && 'sr-only')}>
                  {String(hour).padStart(2, '0')}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {DAYS.map((day, row) => (
            <tr key={day}>
              <th scope="row" className="text-left font-normal text-2xs text-muted">
                <abbr title={day} className="no-underline">
                  {day.slice(0, 3)}
                </abbr>
              </th>
              {HOURS.map((hour) => {
                const count = cells[row]?.[hour] ?? 0;
                return (
                  <td
                    key={hour}
                    title={`${day} ${clock(hour)}: ${formatCompact(count)} ${unit}`}
                    className="h-6 rounded-[5px] text-center text-2xs"
                    style={{ background: numbers ? undefined : colour(count) }}
                  >
                    <span className={numbers ? undefined : 'sr-only'}>{formatCompact(count)}</span>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
