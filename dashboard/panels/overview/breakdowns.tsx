'use client';

import { BreakdownCard } from './breakdown-card';

export function Breakdowns() {
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <BreakdownCard
        label="Pages"
        tabs={[
          { dimension: 'page_path', label: 'Pages' },
          { dimension: 'entry_page', label: 'Entry' },
          { dimension: 'exit_page', label: 'Exit' },
          { dimension: 'event_name', label: 'Events', second: 'events' },
        ]}
      />
      <BreakdownCard
        label="Sources"
        tabs={[
          { dimension: 'referrer_channel', label: 'Sources' },
          { dimension: 'referrer_host', label: 'Referrers' },
          { dimension: 'utm_source', label: 'UTM source', hint: UTM_HINT },
          { dimension: 'utm_medium', label: 'Medium', hint: UTM_HINT },
          { dimension: 'utm_campaign', label: 'Campaign', hint: UTM_HINT },
          { dimension: 'channel', label: 'Channel' },
        ]}
      />
    </div>
  );
}

export function DevicesPanel() {
  return (
    <BreakdownCard
      label="Devices"
      tabs={[
        { dimension: 'device_type', label: 'Devices' },
        { dimension: 'browser', label: 'Browsers' },
        { dimension: 'os', label: 'Systems' },
      ]}
    />
  );
}

const UTM_HINT = 'Add utm_source, utm_medium or utm_campaign to the links you share, and they show up here.';
