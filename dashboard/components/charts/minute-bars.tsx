import type { RealtimeMinute } from '@/lib/api/types';
import { formatCount, formatTime } from '@/lib/format';

/** One bar a minute, oldest left; the last one is still growing and drawn lighter. */
export function MinuteBars({ minutes, timezone }: { minutes: readonly RealtimeMinute[]; timezone: string }) {
  const top = Math.max(1, ...minutes.map((minute) => minute.people));
  const clock = (iso: string) => formatTime(iso, timezone).slice(0, 5);
  const total = minutes.reduce((sum, minute) => sum + minute.events, 0);
  const first = minutes[0];
  return (
    <figure
      role="img"
      aria-label={`People per minute over ${minutes.length} minutes: at most ${top} in a minute, ${formatCount(total)} events in all`}
    >
      <div className="relative mt-2 flex h-24 items-end gap-[3px] border-line-strong border-b pr-7">
        <span
          className="absolute inset-x-0 top-0 border-line border-t text-right text-2xs text-muted"
          aria-hidden
        >
          {top}
        </span>
        {minutes.map((minute, index) => (
          <span
            key={minute.minute}
            title={`${clock(minute.minute)}: ${minute.people} people, ${minute.events} events`}
            className="group relative flex h-full flex-1 items-end"
          >
            <span
              className="w-full rounded-t-[3px] bg-accent transition-[height] duration-500 group-hover:opacity-70"
              style={{
                height: minute.people === 0 ? '1px' : `${Math.max(4, (minute.people / top) * 100)}%`,
                opacity: index === minutes.length - 1 ? 0.55 : undefined,
              }}
            />
          </span>
        ))}
      </div>
      <div className="mt-1 flex justify-between pr-7 text-2xs text-muted" aria-hidden>
        <span>{first ? clock(first.minute) : ''}</span>
        <span>now</span>
      </div>
    </figure>
  );
}
