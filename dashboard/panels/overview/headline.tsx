'use client';

import { Card } from '@/components/ui/card';
import { useOverview, useTimeseries } from '@/lib/api/queries';
import { useInterval, useQuestion } from '@/lib/filters/question';
import { KpiCards } from './kpi-cards';
import { TrendPanel } from './trend-panel';

/** The six figures and, below them, the one that was picked over time. */
export function Headline() {
  const question = useQuestion();
  const overview = useOverview(question);
  const interval = useInterval(question);
  const series = useTimeseries(question, interval);
  return (
    <Card aria-label="Key figures">
      <KpiCards overview={overview} series={series.data} />
      <TrendPanel query={series} question={question} chosen={interval} overview={overview.data} />
    </Card>
  );
}
