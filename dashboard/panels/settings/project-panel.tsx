'use client';

import { useState } from 'react';
import { TimezoneSelect } from '@/components/timezone-select';
import { Button } from '@/components/ui/button';
import { Field, Input } from '@/components/ui/field';
import { useDimensionValues, useUpdateProject } from '@/lib/api/queries';
import type { Project } from '@/lib/api/types';
import { useQuestion } from '@/lib/filters/question';
import { errorOfField, errorOfForm } from '@/lib/form-errors';
import { FormError } from '@/panels/auth/frame';
import { Section } from './section';

const FIELDS = ['name', 'timezone', 'default_goal'] as const;

export function ProjectPanel({ project }: { project: Project }) {
  const [name, setName] = useState(project.name);
  const [timezone, setTimezone] = useState(project.timezone);
  const [goal, setGoal] = useState(project.default_goal);
  const update = useUpdateProject(project.id);
  const events = useDimensionValues(useQuestion(), 'event_name', '');
  const changed = name !== project.name || timezone !== project.timezone || goal !== project.default_goal;
  const wrong = (field: (typeof FIELDS)[number]) => errorOfField(update.error, field);
  return (
    <Section
      title="Project"
      about="How this project is called, where its days begin, and what counts as success."
    >
      <form
        className="grid max-w-2xl gap-4 sm:grid-cols-2"
        onSubmit={(event) => {
          event.preventDefault();
          update.mutate({
            name: name.trim(),
            timezone,
            default_goal: goal.trim(),
          });
        }}
      >
        <Field label="Name" error={wrong('name')}>
          {(control) => (
            <Input
              {...control}
              value={name}
              required
              maxLength={100}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field label="Time zone" error={wrong('timezone')}>
          {(control) => (
            <TimezoneSelect
              {...control}
              value={timezone}
              onChange={(event) => setTimezone(event.target.value)}
            />
          )}
        </Field>
        <Field
          label="Conversion goal"
          error={wrong('default_goal')}
          hint="The event that counts as a conversion on the overview."
        >
          {(control) => (
            <>
              <Input
                {...control}
                value={goal}
                list="known-events"
                maxLength={100}
                required
                onChange={(event) => setGoal(event.target.value)}
              />
              <datalist id="known-events">
                {events.data?.values.map(({ value }) => (
                  <option key={value} value={value} />
                ))}
              </datalist>
            </>
          )}
        </Field>
        <div className="space-y-3 sm:col-span-2">
          <FormError message={errorOfForm(update.error, FIELDS)} />
          <div className="flex items-center gap-3">
            <Button type="submit" look="primary" size="md" disabled={!changed || update.isPending}>
              {update.isPending ? 'Saving…' : 'Save'}
            </Button>
            <span role="status" className="text-good text-xs">
              {update.isSuccess && !changed && 'Saved'}
            </span>
          </div>
        </div>
      </form>
    </Section>
  );
}
