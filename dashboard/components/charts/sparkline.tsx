import type { Point } from '@/lib/api/types';

/** The shape of a series in a few pixels; the unfinished last bucket is drawn faint. Decoration: numbers stand beside it. */
export function Sparkline({ points, on }: { points: readonly Point[]; on: boolean }) {
  const values = points.map((point) => point.value ?? 0);
  if (values.length < 2) return <div className="h-9" />;
  const top = Math.max(...values);
  const bottom = Math.min(0, ...values);
  const x = (index: number) => (index / (values.length - 1)) * 100;
  const y = (value: number) => 30 - ((value - bottom) / (top - bottom || 1)) * 26;
  const spots = values.map((value, index) => `${x(index).toFixed(2)},${y(value).toFixed(2)}`);
  const firstOpen = points.findIndex((point) => point.incomplete);
  const closed = firstOpen > 0 ? spots.slice(0, firstOpen) : spots;
  const open = firstOpen > 0 ? spots.slice(firstOpen - 1) : [];
  const colour = on ? 'var(--accent)' : 'var(--previous)';
  return (
    <svg
      viewBox="0 0 100 32"
      preserveAspectRatio="none"
      className="h-9 w-full overflow-visible"
      aria-hidden="true"
    >
      <path d={`M${spots.join('L')}L100,32L0,32Z`} fill={colour} opacity={on ? 0.12 : 0.07} />
      <polyline
        points={closed.join(' ')}
        fill="none"
        stroke={colour}
        strokeWidth="1.5"
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
      {open.length > 1 && (
        <polyline
          points={open.join(' ')}
          fill="none"
          stroke={colour}
          strokeWidth="1.5"
          strokeDasharray="2 2"
          vectorEffect="non-scaling-stroke"
        />
      )}
    </svg>
  );
}
