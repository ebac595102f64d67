'use client';

import dynamic from 'next/dynamic';
import { Card, CardHead } from '@/components/ui/card';
import { Panel } from '@/components/ui/panel';
import { Empty, Skeleton } from '@/components/ui/states';
import { useBreakdown } from '@/lib/api/queries';
import { useQuestion } from '@/lib/filters/question';
import { useFilters } from '@/lib/filters/store';
import { BreakdownCard } from './breakdown-card';
import { filterForRow } from './breakdown-rows';

const WorldMap = dynamic(() => import('@/components/charts/world-map').then((module) => module.WorldMap), {
  ssr: false,
  loading: () => <Skeleton className="m-4 h-64" />,
});

/** Where people are: on the map, and in lists. */
export function PlacesPanel() {
  return (
    <div className="grid gap-4 xl:grid-cols-[minmax(0,1.35fr)_minmax(0,1fr)]">
      <MapCard />
      <BreakdownCard
        label="Places"
        tabs={[
          { dimension: 'country', label: 'Countries' },
          { dimension: 'region', label: 'Regions' },
          { dimension: 'city', label: 'Cities' },
          { dimension: 'locale', label: 'Languages' },
        ]}
      />
    </div>
  );
}

function MapCard() {
  const addFilter = useFilters((state) => state.addFilter);
  const query = useBreakdown(useQuestion(), 'country', { limit: 250 });
  return (
    <Card aria-labelledby="map-title" className="flex flex-col">
      <CardHead id="map-title" title="Visitors by country" />
      <Panel
        query={query}
        loading={<Skeleton className="m-4 h-64" />}
        isEmpty={(data) => data.rows.every((row) => row.value === '')}
        empty={
          <Empty title="No countries in this range" className="min-h-72">
            Places come from the IP address, which is then forgotten.
          </Empty>
        }
      >
        {(data) => (
          <WorldMap
            rows={data.rows.filter((row) => row.value !== '')}
            onPick={(code) => addFilter(filterForRow('country', code))}
          />
        )}
      </Panel>
    </Card>
  );
}
