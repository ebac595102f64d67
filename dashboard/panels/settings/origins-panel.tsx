'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field, Textarea } from '@/components/ui/field';
import { useUpdateProject } from '@/lib/api/queries';
import type { Project } from '@/lib/api/types';
import { errorOfField, errorOfForm } from '@/lib/form-errors';
import { FormError } from '@/panels/auth/frame';
import { Section } from './section';

/** One origin a line; empty lines and doubles fall away. */
export function originsOf(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter(Boolean))];
}

export function OriginsPanel({ project }: { project: Project }) {
  const [text, setText] = useState(project.allowed_origins.join('\n'));
  const update = useUpdateProject(project.id);
  const origins = originsOf(text);
  const changed = origins.join('\n') !== project.allowed_origins.join('\n');
  return (
    <Section
      title="Allowed origins"
      about="Browsers may send events with this project's write keys from these sites only. Leave it empty to allow every site. Servers are not bound by it."
    >
      <form
        className="max-w-xl space-y-3"
        onSubmit={(event) => {
          event.preventDefault();
          update.mutate({ allowed_origins: origins });
        }}
      >
        <Field
          label="Origins, one a line"
          hint="Scheme and host, as in https://www.example.org, or https://*.example.org for every subdomain"
          error={errorOfField(update.error, 'allowed_origins')}
        >
          {(control) => (
            <Textarea
              {...control}
              rows={4}
              value={text}
              spellCheck={false}
              placeholder="https://www.example.org"
              className="font-mono text-xs"
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <FormError message={errorOfForm(update.error, ['allowed_origins'])} />
        <div className="flex items-center gap-3">
          <Button type="submit" look="primary" size="md" disabled={!changed || update.isPending}>
            {update.isPending ? 'Saving…' : 'Save'}
          </Button>
          <span role="status" className="text-good text-xs">
            {update.isSuccess && !changed && 'Saved'}
          </span>
        </div>
      </form>
    </Section>
  );
}
