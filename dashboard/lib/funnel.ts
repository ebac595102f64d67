/** What a funnel definition is and says, without any drawing. */
import type { FunnelDefinition, FunnelStep, FunnelStepResult, StepEvent } from '@/lib/api/funnel-types';
import { formatSeconds } from './format';
import { filterSentence } from './labels';

export const WINDOWS = [
  { seconds: 1_800, label: '30 minutes' },
  { seconds: 3_600, label: '1 hour' },
  { seconds: 86_400, label: '1 day' },
  { seconds: 7 * 86_400, label: '7 days' },
  { seconds: 14 * 86_400, label: '14 days' },
  { seconds: 30 * 86_400, label: '30 days' },
  { seconds: 90 * 86_400, label: '90 days' },
] as const;

export const emptyStep = (): FunnelStep => ({ name: '', any_of: [{ event: '' }] });

export function emptyDefinition(): FunnelDefinition {
  return {
    steps: [{ name: '', any_of: [{ event: 'page_view' }] }, emptyStep()],
    order: 'ordered',
    window_s: null,
    per: 'person',
    exclusions: [],
    breakdown: null,
  };
}

/** A saved definition with everything that may be left out filled in. */
export function fullDefinition(
  definition: Partial<FunnelDefinition> & Pick<FunnelDefinition, 'steps'>,
): FunnelDefinition {
  return { ...emptyDefinition(), ...definition };
}

function cleanEvent<T extends StepEvent>(event: T): T {
  const cleaned = { ...event, event: event.event.trim() };
  if (!cleaned.path?.trim()) delete cleaned.path;
  if (!cleaned.filters?.length) delete cleaned.filters;
  return cleaned;
}

/** The definition as it can be asked: empty alternatives and steps left out; null when no step is left. */
export function askable(definition: FunnelDefinition): FunnelDefinition | null {
  const steps = definition.steps
    .map((step) => ({
      name: step.name.trim(),
      any_of: step.any_of.map(cleanEvent).filter((event) => event.event !== ''),
    }))
    .filter((step) => step.any_of.length > 0);
  if (steps.length === 0 || definition.per === 'property:') return null;
  const exclusions =
    definition.order === 'any'
      ? []
      : definition.exclusions
          .map(cleanEvent)
          .filter(
            (each) =>
              each.event !== '' && each.before_step <= steps.length && each.after_step < each.before_step,
          );
  const breakdown = definition.breakdown?.dimension.replace(/^property:$/, '') ? definition.breakdown : null;
  return { ...definition, steps, exclusions, breakdown };
}

/** A definition without the things that only the moment asks for: what is saved. */
export function saveable(definition: FunnelDefinition): Omit<FunnelDefinition, 'breakdown'> {
  const { breakdown: _, ...rest } = definition;
  return rest;
}

export function eventSentence(event: StepEvent): string {
  const where = event.path ? ` on ${event.path}` : '';
  const filters = (event.filters ?? []).map(filterSentence).join(' and ');
  return `${event.event}${where}${filters ? ` where ${filters}` : ''}`;
}

/** "per person, in order, within 14 days" */
export function rulesSentence({ per, order, window_s }: FunnelDefinition): string {
  const whose = per.startsWith('property:') ? per.slice('property:'.length) : per;
  const how = { ordered: 'in order', strict: 'one right after the other', any: 'in any order' }[order];
  const window =
    window_s === null
      ? per === 'session'
        ? 'within the session'
        : 'within 14 days'
      : `within ${WINDOWS.find(({ seconds }) => seconds === window_s)?.label ?? formatSeconds(window_s)}`;
  return `per ${whose}, ${how}, ${window}`;
}

/** The index of the step before which most are lost; null when nobody is. */
export function biggestDrop(steps: readonly FunnelStepResult[]): number | null {
  let worst: number | null = null;
  for (const [index, step] of steps.entries()) {
    if (index > 0 && step.dropped > 0 && (worst === null || step.dropped > (steps[worst]?.dropped ?? 0)))
      worst = index;
  }
  return worst;
}
