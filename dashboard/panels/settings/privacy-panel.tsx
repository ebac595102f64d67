'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field, Select } from '@/components/ui/field';
import { useUpdateProject } from '@/lib/api/queries';
import type { KeepIp, Project } from '@/lib/api/types';
import { FormError } from '@/panels/auth/frame';
import { Section } from './section';

const KEEP_IP: readonly { key: KeepIp; label: string }[] = [
  { key: 'none', label: 'Use it for the place, then forget it' },
  { key: 'truncated', label: 'Keep it shortened (/24, /48)' },
  { key: 'full', label: 'Keep it in full' },
];

export function PrivacyPanel({ project }: { project: Project }) {
  const [keepIp, setKeepIp] = useState(project.keep_ip);
  const [hashPhones, setHashPhones] = useState(project.hash_phones);
  const update = useUpdateProject(project.id);
  const changed = keepIp !== project.keep_ip || hashPhones !== project.hash_phones;
  return (
    <Section
      title="Privacy"
      about="What is kept of the people you measure. Changes count for events from now on."
    >
      <form
        className="max-w-2xl space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          update.mutate({ keep_ip: keepIp, hash_phones: hashPhones });
        }}
      >
        <Field label="IP addresses" className="max-w-xs">
          {(control) => (
            <Select {...control} value={keepIp} onChange={(event) => setKeepIp(event.target.value as KeepIp)}>
              {KEEP_IP.map(({ key, label }) => (
                <option key={key} value={key}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <label className="flex items-start gap-2.5 text-[0.8125rem]">
          <input
            type="checkbox"
            checked={hashPhones}
            onChange={(event) => setHashPhones(event.target.checked)}
            className="mt-0.5 size-4 accent-accent"
          />
          <span>
            <span className="font-medium">Hash phone numbers inside properties</span>
            <span className="block text-muted text-xs">
              They can still be counted and compared, but not read.
            </span>
          </span>
        </label>
        <FormError message={update.error?.message ?? null} />
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
