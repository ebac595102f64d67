'use client';

import { FirstSteps } from '@/panels/install/first-steps';
import { Breakdowns } from './breakdowns';
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
        <HeatmapPanel />
      </div>
    </FirstSteps>
  );
}
