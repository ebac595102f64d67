import { describe, expect, it } from 'vitest';
import { spotsOf } from '@/components/charts/trend-chart';
import type { Series } from '@/lib/api/types';

const points = (values: (number | null)[], open = 0): Series['points'] =>
  values.map((value, index) => ({
    bucket: `2026-03-0${index + 1}T00:00:00+03:00`,
    value,
    incomplete: index >= values.length - open,
  }));

describe('a series over time', () => {
  it('joins the dashed, unfinished end to the solid line', () => {
    const spots = spotsOf({ metric: 'visitors', points: points([1, 2, 3], 1), previous: null });
    expect(spots.map((spot) => spot.closed)).toEqual([1, 2, null]);
    expect(spots.map((spot) => spot.open)).toEqual([null, 2, 3]);
  });

  it('leaves a gap where a value is undefined, never a zero', () => {
    const spots = spotsOf({ metric: 'bounce_rate', points: points([0.5, null, 0]), previous: null });
    expect(spots.map((spot) => spot.closed)).toEqual([0.5, null, 0]);
  });

  it('lays the comparison beside it bucket by bucket, also when it is shorter', () => {
    const spots = spotsOf({ metric: 'visitors', points: points([1, 2, 3]), previous: points([7, 8]) });
    expect(spots.map((spot) => spot.previous)).toEqual([7, 8, null]);
    expect(spots[2]?.previousBucket).toBeNull();
  });

  it('draws no comparison with a time in which nothing happened', () => {
    const spots = spotsOf({ metric: 'visitors', points: points([1, 2]), previous: points([0, 0]) });
    expect(spots.map((spot) => spot.previous)).toEqual([null, null]);
  });
});
