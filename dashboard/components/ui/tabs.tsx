'use client';

import { clsx } from 'clsx';
import { Tabs } from 'radix-ui';
import type { ReactNode } from 'react';

interface TabBarProps<Key extends string> {
  label: string;
  value: Key;
  onChange: (value: Key) => void;
  tabs: readonly { key: Key; label: ReactNode }[];
  /** What the chosen tab shows. */
  children: ReactNode;
  tools?: ReactNode;
  className?: string;
}

/** Tabs along the top of a card; arrows move between them. */
export function TabbedCard<Key extends string>({
  label,
  value,
  onChange,
  tabs,
  children,
  tools,
  className,
}: TabBarProps<Key>) {
  return (
    <Tabs.Root value={value} onValueChange={(next) => onChange(next as Key)} className={className}>
      <div className="flex items-center justify-between gap-2 border-line border-b pr-2 pl-2">
        <Tabs.List aria-label={label} className="-mb-px flex min-w-0 overflow-x-auto [scrollbar-width:none]">
          {tabs.map((tab) => (
            <Tabs.Trigger
              key={tab.key}
              value={tab.key}
              className="-outline-offset-2 h-11 shrink-0 border-transparent border-b-2 px-2.5 font-medium text-[0.8125rem] text-muted transition-colors hover:text-text data-[state=active]:border-accent data-[state=active]:text-text"
            >
              {tab.label}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {tools && <div className="flex shrink-0 items-center gap-1">{tools}</div>}
      </div>
      <Tabs.Content value={value} className="outline-none">
        {children}
      </Tabs.Content>
    </Tabs.Root>
  );
}

interface SegmentsProps<Key extends string> {
  label: string;
  value: Key;
  onChange: (value: Key) => void;
  options: readonly { key: Key; label: ReactNode; disabled?: boolean }[];
}

/** A few choices side by side, one of them on. */
export function Segments<Key extends string>({ label, value, onChange, options }: SegmentsProps<Key>) {
  return (
    <fieldset className="inline-flex rounded-lg bg-sunken p-0.5">
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <button
          key={option.key}
          type="button"
          aria-pressed={option.key === value}
          disabled={option.disabled}
          onClick={() => onChange(option.key)}
          className={clsx(
            'h-7 rounded-md px-2.5 font-medium text-xs transition-colors disabled:opacity-40',
            option.key === value
              ? 'bg-surface text-text shadow-card dark:bg-line-strong'
              : 'text-muted hover:text-text',
          )}
        >
          {option.label}
        </button>
      ))}
    </fieldset>
  );
}
