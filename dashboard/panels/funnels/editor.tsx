'use client';

import { Plus } from 'lucide-react';
import { useId } from 'react';
import { Button } from '@/components/ui/button';
import { Card, CardHead } from '@/components/ui/card';
import type { FunnelDefinition, FunnelStep } from '@/lib/api/funnel-types';
import { useDimensionValues } from '@/lib/api/queries';
import type { Question } from '@/lib/filters/question';
import { emptyStep } from '@/lib/funnel';
import { RulesEditor } from './rules-editor';
import { StepEditor } from './step-editor';

interface EditorProps {
  draft: FunnelDefinition;
  onChange: (draft: FunnelDefinition) => void;
  question: Question | null;
}

const MAX_STEPS = 20;

/** The builder: steps with their alternatives, then the rules. What is typed is asked half a second later. */
export function FunnelEditor({ draft, onChange, question }: EditorProps) {
  const known = useDimensionValues(question, 'event_name', '');
  const list = useId();
  const setSteps = (steps: FunnelStep[]) => onChange({ ...draft, steps });
  const move = (from: number, to: number) => {
    const steps = [...draft.steps];
    const [step] = steps.splice(from, 1);
    if (step) steps.splice(to, 0, step);
    setSteps(steps);
  };
  return (
    <Card aria-labelledby="editor-title">
      <CardHead id="editor-title" title="Editor" />
      <datalist id={list}>
        {known.data?.values.map(({ value }) => (
          <option key={value} value={value} />
        ))}
      </datalist>
      <ol className="space-y-2 p-4 pt-2">
        {draft.steps.map((step, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps have no id; inputs are controlled, so a moved step keeps its text
          <li key={index}>
            <StepEditor
              step={step}
              number={index + 1}
              events={list}
              onChange={(changed) => setSteps(draft.steps.map((each, at) => (at === index ? changed : each)))}
              onRemove={
                draft.steps.length > 1
                  ? () => setSteps(draft.steps.filter((_, at) => at !== index))
                  : undefined
              }
              onUp={index > 0 ? () => move(index, index - 1) : undefined}
              onDown={index < draft.steps.length - 1 ? () => move(index, index + 1) : undefined}
            />
          </li>
        ))}
        <li>
          <Button
            look="soft"
            disabled={draft.steps.length >= MAX_STEPS}
            onClick={() => setSteps([...draft.steps, emptyStep()])}
          >
            <Plus aria-hidden /> Add a step
          </Button>
        </li>
      </ol>
      <RulesEditor draft={draft} events={list} onChange={onChange} />
    </Card>
  );
}
