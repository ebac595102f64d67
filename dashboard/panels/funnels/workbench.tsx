'use client';

import { useEffect, useState } from 'react';
import type { FunnelDefinition, SavedFunnel } from '@/lib/api/funnel-types';
import { useFunnel } from '@/lib/api/funnels';
import type { Project } from '@/lib/api/types';
import { useQuestion } from '@/lib/filters/question';
import { askable, emptyDefinition, fullDefinition } from '@/lib/funnel';
import { useUser } from '@/lib/session';
import { FunnelEditor } from './editor';
import { FunnelHead } from './head';
import { FunnelResult } from './result';

/** Long enough not to ask at every key, short enough to feel live. */
const SETTLE_MS = 400;

/** The value, once it has not changed for a while. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(value), SETTLE_MS);
    return () => window.clearTimeout(timer);
  }, [value]);
  return settled;
}

interface WorkbenchProps {
  project: Project;
  /** null: a new one. */
  funnel: SavedFunnel | null;
  funnels: readonly SavedFunnel[];
  onChoose: (id: string) => void;
}

/** One funnel: its answer, and beside it the editor while it is being edited. */
export function FunnelWorkbench({ project, funnel, funnels, onChoose }: WorkbenchProps) {
  const user = useUser();
  const [draft, setDraft] = useState<FunnelDefinition>(() =>
    funnel ? fullDefinition(funnel.definition) : emptyDefinition(),
  );
  const [editing, setEditing] = useState(funnel === null);
  const settled = useSettled(draft);
  const asked = askable(settled);
  const question = useQuestion();
  const query = useFunnel(question, asked);
  return (
    <div className="space-y-4">
      <FunnelHead
        project={project}
        funnel={funnel}
        funnels={funnels}
        draft={draft}
        editing={editing}
        mayEdit={user.role !== 'viewer'}
        onEdit={() => setEditing(!editing)}
        onChoose={onChoose}
      />
      <div className={editing ? 'grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_26rem]' : undefined}>
        <FunnelResult
          query={query}
          definition={asked}
          question={question}
          name={funnel?.name ?? 'New funnel'}
        />
        {editing && <FunnelEditor draft={draft} onChange={setDraft} question={question} />}
      </div>
    </div>
  );
}
