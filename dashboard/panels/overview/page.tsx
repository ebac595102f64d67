'use client';

import { FirstSteps } from '@/panels/install/first-steps';
import { Breakdowns, DevicesPanel } from './breakdowns';
import { Headline } from './headline';
import { HeatmapPanel } from './heatmap-panel';
import { PlacesPanel } from './places-panel';

export function OverviewPage() {
  return (
    <FirstSteps>
      <div className="space-y-4">
        <Headline />
        <Breakdowns />
        <PlacesPanel />
        <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_minmax(0,2fr)]">
          <DevicesPanel />
          <HeatmapPanel />
        </div>
      </div>
    </FirstSteps>
  );
}
