import { describe, expect, it } from 'vitest';
import type { FunnelStepResult } from '@/lib/api/funnel-types';
import { askable, biggestDrop, emptyDefinition, eventSentence, rulesSentence, saveable } from '@/lib/funnel';

const step = (...events: string[]) => ({ name: '', any_of: events.map((event) => ({ event })) });
const base = emptyDefinition();

describe('a funnel definition', () => {
  it('is asked without the parts that are still empty', () => {
    const asked = askable({ ...base, steps: [step('page_view', ''), step(''), step(' paid ')] });
    expect(asked?.steps).toEqual([
      { name: '', any_of: [{ event: 'page_view' }] },
      { name: '', any_of: [{ event: 'paid' }] },
    ]);
  });

  it('is not asked at all while it has no step, or counts by a property without a name', () => {
    expect(askable({ ...base, steps: [step('')] })).toBeNull();
    expect(askable({ ...base, per: 'property:' })).toBeNull();
  });

  it('drops exclusions that the order or the steps leave no room for', () => {
    const exclusions = [
      { event: 'app_error', after_step: 1, before_step: 2 },
      { event: '', after_step: 1, before_step: 2 },
      { event: 'late', after_step: 2, before_step: 3 },
      { event: 'backwards', after_step: 2, before_step: 1 },
    ];
    const steps = [step('a'), step('b')];
    expect(askable({ ...base, steps, exclusions })?.exclusions).toEqual([exclusions[0]]);
    expect(askable({ ...base, steps, exclusions, order: 'any' })?.exclusions).toEqual([]);
  });

  it('sends a path or a filter only when there is one', () => {
    const asked = askable({
      ...base,
      steps: [{ name: '', any_of: [{ event: 'a', path: ' ', filters: [] }] }],
    });
    expect(asked?.steps[0]?.any_of[0]).toEqual({ event: 'a' });
  });

  it('leaves the breakdown of the moment out of what is saved', () => {
    const saved = saveable({ ...base, breakdown: { dimension: 'country', touch: 'first' } });
    expect(saved).not.toHaveProperty('breakdown');
    expect(askable({ ...base, breakdown: { dimension: 'property:', touch: 'first' } })?.breakdown).toBeNull();
  });

  it('says its rules in words', () => {
    expect(rulesSentence(base)).toBe('per person, in order, within 14 days');
    expect(rulesSentence({ ...base, per: 'session' })).toBe('per session, in order, within the session');
    expect(rulesSentence({ ...base, per: 'property:pin', order: 'any', window_s: 3_600 })).toBe(
      'per pin, in any order, within 1 hour',
    );
    expect(rulesSentence({ ...base, order: 'strict', window_s: 125 })).toContain('within 2m 05s');
  });

  it('says its events in words', () => {
    expect(
      eventSentence({
        event: 'click',
        path: '/mri/**',
        filters: [{ dimension: 'property:element', operator: 'is', values: ['btn'] }],
      }),
    ).toBe('click on /mri/** where element is btn');
  });
});

describe('the biggest drop', () => {
  const result = (dropped: number): FunnelStepResult => ({
    name: '',
    count: 0,
    conversion_from_start: null,
    conversion_from_previous: null,
    dropped,
    median_s: null,
    mean_s: null,
  });

  it('is where most are lost, the first of equal ones, and nowhere when nobody is', () => {
    expect(biggestDrop([0, 5, 9, 9].map(result))).toBe(2);
    expect(biggestDrop([0, 0, 0].map(result))).toBeNull();
    expect(biggestDrop([])).toBeNull();
  });
});
