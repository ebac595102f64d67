'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field, Select } from '@/components/ui/field';
import { useUpdateProject } from '@/lib/api/queries';
import type { Project, ProjectPatch } from '@/lib/api/types';
import { errorOfField, errorOfForm } from '@/lib/form-errors';
import { FormError } from '@/panels/auth/frame';
import { Section } from './section';

type Kept = Pick<Project, 'keep_ip' | 'honour_gpc' | 'cookieless' | 'hash_phones' | 'retention_days'>;
interface Choice<T> {
  key: T;
  label: string;
}

const KEEP_IP: readonly Choice<Project['keep_ip']>[] = [
  { key: 'none', label: 'Use it for the place, then forget it' },
  { key: 'truncated', label: 'Keep it shortened (/24, /48)' },
  { key: 'full', label: 'Keep it in full' },
];
const OPT_OUT: readonly Choice<Project['honour_gpc']>[] = [
  { key: 'no', label: 'Count like everybody else' },
  { key: 'cookieless', label: 'Count without identity' },
  { key: 'drop', label: 'Do not count at all' },
];
const COOKIELESS: readonly Choice<Project['cookieless']>[] = [
  { key: 'off', label: 'Off: visitors are told apart by their own ids' },
  { key: 'when_missing', label: 'For events that carry no id' },
  { key: 'always', label: 'For every event' },
];
const RETENTION: readonly Choice<string>[] = [
  { key: '90', label: '90 days' },
  { key: '180', label: '6 months' },
  { key: '365', label: '1 year' },
  { key: '730', label: '2 years' },
  { key: '1825', label: '5 years' },
  { key: '0', label: 'For ever' },
];
const FIELDS = ['keep_ip', 'honour_gpc', 'cookieless', 'hash_phones', 'retention_days'] as const;

const keptOf = (project: Project): Kept => ({
  keep_ip: project.keep_ip,
  honour_gpc: project.honour_gpc,
  cookieless: project.cookieless,
  hash_phones: project.hash_phones,
  retention_days: project.retention_days,
});

/** Only what was changed, so that two admins at once do not undo one another. */
export function changesOf(before: Kept, after: Kept): ProjectPatch {
  return Object.fromEntries(FIELDS.filter((name) => before[name] !== after[name]).map((n) => [n, after[n]]));
}

export function PrivacyPanel({ project }: { project: Project }) {
  const [kept, setKept] = useState<Kept>(keptOf(project));
  const update = useUpdateProject(project.id);
  const changes = changesOf(project, kept);
  const changed = Object.keys(changes).length > 0;
  const set = (part: Partial<Kept>) => setKept({ ...kept, ...part });
  const shortens =
    kept.retention_days !== 0 &&
    (project.retention_days === 0 || kept.retention_days < project.retention_days);
  const known = RETENTION.some(({ key }) => key === String(project.retention_days));
  const own = { key: String(project.retention_days), label: `${project.retention_days} days` };
  return (
    <Section
      title="What is kept"
      about="Of the people this project measures. A change counts for events from a minute from now on."
    >
      <form
        className="max-w-2xl space-y-5"
        onSubmit={(event) => {
          event.preventDefault();
          update.mutate(changes);
        }}
      >
        <div className="grid gap-x-4 gap-y-5 sm:grid-cols-2">
          <Choose
            label="IP addresses"
            hint="An address says which country and city somebody is in."
            error={errorOfField(update.error, 'keep_ip')}
            choices={KEEP_IP}
            value={kept.keep_ip}
            onChange={(keep_ip) => set({ keep_ip })}
          />
          <Choose
            label="Keep events for"
            hint={
              shortens
                ? 'Older events are deleted for good within minutes.'
                : 'Older events are deleted for good.'
            }
            error={errorOfField(update.error, 'retention_days')}
            choices={known ? RETENTION : [own, ...RETENTION]}
            value={String(kept.retention_days)}
            onChange={(days) => set({ retention_days: Number(days) })}
          />
          <Choose
            label="Browsers that ask not to be tracked"
            hint="By Global Privacy Control or Do Not Track. What is not counted is named in the ledger."
            error={errorOfField(update.error, 'honour_gpc')}
            choices={OPT_OUT}
            value={kept.honour_gpc}
            onChange={(honour_gpc) => set({ honour_gpc })}
          />
          <Choose
            label="Counting without cookies"
            hint="Visitors get a name for the day that nobody can trace back after 48 hours; who comes back tomorrow is new."
            error={errorOfField(update.error, 'cookieless')}
            choices={COOKIELESS}
            value={kept.cookieless}
            onChange={(cookieless) => set({ cookieless })}
          />
        </div>
        <label className="flex items-start gap-2.5 text-[0.8125rem]">
          <input
            type="checkbox"
            checked={kept.hash_phones}
            onChange={(event) => set({ hash_phones: event.target.checked })}
            className="mt-0.5"
          />
          <span>
            <span className="font-medium">Hash phone numbers inside properties</span>
            <span className="block text-muted text-xs">
              They can still be counted and compared, but not read.
            </span>
          </span>
        </label>
        <FormError message={errorOfForm(update.error, FIELDS)} />
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

interface ChooseProps<T extends string> {
  label: string;
  hint: string;
  error: string | null;
  choices: readonly Choice<T>[];
  value: T;
  onChange: (value: T) => void;
}

function Choose<T extends string>({ label, hint, error, choices, value, onChange }: ChooseProps<T>) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <Select {...control} value={value} onChange={(event) => onChange(event.target.value as T)}>
          {choices.map((choice) => (
            <option key={choice.key} value={choice.key}>
              {choice.label}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
