'use client';

/** A choropleth of visitors by country. Loaded on demand, with the atlas. The list beside it is its table view. */
import { geoNaturalEarth1, geoPath } from 'd3-geo';
import type { Feature, Geometry } from 'geojson';
import { type PointerEvent, useMemo, useRef, useState } from 'react';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import atlasJson from 'world-atlas/countries-110m.json';
import { Segments } from '@/components/ui/tabs';
import { alpha2OfAtlasId, countryName } from '@/lib/countries';
import { formatCompact, formatRate } from '@/lib/format';

const WIDTH = 800;
const HEIGHT = 400;
const atlas = atlasJson as unknown as Topology<{ countries: GeometryCollection<{ name: string }> }>;
const ANTARCTICA = '010';
const shapes = feature(atlas, atlas.objects.countries).features.filter((shape) => shape.id !== ANTARCTICA);

type View = 'world' | 'data';

export interface CountryRow {
  value: string;
  visitors: number;
}

interface WorldMapProps {
  rows: readonly CountryRow[];
  onPick: (code: string) => void;
}

/** The countries that hold 90 % of the visitors: what "zoom to the data" frames. */
function weightiest(rows: readonly CountryRow[], total: number): Set<string> {
  const codes = new Set<string>();
  let seen = 0;
  for (const row of [...rows].sort((a, b) => b.visitors - a.visitors)) {
    if (seen >= total * 0.9) break;
    codes.add(row.value);
    seen += row.visitors;
  }
  return codes;
}

function drawer(view: View, framed: readonly Feature<Geometry>[]) {
  const projection = geoNaturalEarth1();
  const collection = { type: 'FeatureCollection' as const, features: [...framed] };
  const margin = view === 'world' ? 4 : 60;
  projection.fitExtent(
    [
      [margin, margin],
      [WIDTH - margin, HEIGHT - margin],
    ],
    collection,
  );
  return geoPath(projection);
}

export function WorldMap({ rows, onPick }: WorldMapProps) {
  const [view, setView] = useState<View>('world');
  const [pointed, setPointed] = useState<{ code: string; x: number; y: number } | null>(null);
  const frame = useRef<HTMLDivElement>(null);
  const visitors = useMemo(() => new Map(rows.map((row) => [row.value, row.visitors])), [rows]);
  const total = useMemo(() => rows.reduce((sum, row) => sum + row.visitors, 0), [rows]);
  const top = Math.max(1, ...visitors.values());

  const paths = useMemo(() => {
    const codes = weightiest(rows, total);
    const framed =
      view === 'world' ? shapes : shapes.filter((shape) => codes.has(alpha2OfAtlasId(shape.id) ?? ''));
    const path = drawer(view, framed.length > 0 ? framed : shapes);
    return shapes.map((shape) => ({ code: alpha2OfAtlasId(shape.id), d: path(shape) ?? '' }));
  }, [rows, total, view]);

  // Square root: a country with a hundredth of the visitors of the first still shows.
  const fill = (code: string | null): string => {
    const count = code ? (visitors.get(code) ?? 0) : 0;
    if (count === 0) return 'var(--land)';
    return `color-mix(in oklab, var(--heat-1) ${Math.round(22 + 78 * Math.sqrt(count / top))}%, var(--land))`;
  };
  const point = (event: PointerEvent) => {
    const code = (event.target as Element).getAttribute('data-code');
    const box = frame.current?.getBoundingClientRect();
    setPointed(code && box ? { code, x: event.clientX - box.left, y: event.clientY - box.top } : null);
  };
  const leader = rows[0];

  return (
    <div className="flex flex-1 flex-col px-3 pb-3">
      <div ref={frame} className="relative my-auto">
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          className="block w-full rounded-lg"
          role="img"
          aria-label={`Map of ${formatCompact(total)} visitors in ${rows.length} countries${leader ? `, most in ${countryName(leader.value)}` : ''}. The list of countries has the numbers.`}
          onPointerMove={point}
          onPointerLeave={() => setPointed(null)}
        >
          <g stroke="var(--surface)" strokeWidth="0.6">
            {paths.map(({ code, d }) => (
              // biome-ignore lint/a11y/noStaticElementInteractions: a short cut for pointers; the list of countries does the same by keyboard
              <path
                key={d}
                d={d}
                fill={fill(code)}
                data-code={code ?? undefined}
                className={code && visitors.has(code) ? 'cursor-pointer hover:opacity-75' : undefined}
                onClick={code && visitors.has(code) ? () => onPick(code) : undefined}
              />
            ))}
          </g>
        </svg>
        {pointed && (
          <div
            className="-translate-x-1/2 -translate-y-full pointer-events-none absolute z-10 whitespace-nowrap rounded-lg border border-line bg-surface px-2.5 py-1.5 text-xs shadow-pop"
            style={{ left: pointed.x, top: pointed.y - 10 }}
          >
            {countryName(pointed.code)}{' '}
            <span className="ml-1 font-semibold">{formatCompact(visitors.get(pointed.code) ?? 0)}</span>
            {total > 0 && (
              <span className="ml-1 text-muted">{formatRate((visitors.get(pointed.code) ?? 0) / total)}</span>
            )}
          </div>
        )}
      </div>
      <div className="mt-2 flex items-center justify-between gap-3">
        <span className="flex items-center gap-2 text-muted text-xs" aria-hidden>
          1
          <span
            className="h-1.5 w-24 rounded-full"
            style={{
              background:
                'linear-gradient(to right in oklab, color-mix(in oklab, var(--heat-1) 22%, var(--land)), var(--heat-1))',
            }}
          />
          {formatCompact(top)}
        </span>
        <Segments
          label="Part of the map"
          value={view}
          onChange={setView}
          options={[
            { key: 'world', label: 'World' },
            { key: 'data', label: 'Zoom to visitors' },
          ]}
        />
      </div>
    </div>
  );
}
