'use client';

import type { ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';

interface LinkOnceProps {
  /** After this dashboard's own address. */
  path: string;
  about: ReactNode;
  onDone: () => void;
}

/** A link that cannot be shown again. */
export function LinkOnce({ path, about, onDone }: LinkOnceProps) {
  const url = window.location.origin + path;
  return (
    <>
      <p className="mb-3 text-[0.8125rem] text-muted">{about}</p>
      <div className="flex items-center gap-2 rounded-lg bg-sunken py-1.5 pr-1.5 pl-3">
        <code className="min-w-0 flex-1 break-all font-mono text-xs">{url}</code>
        <CopyButton value={url} what="link" label="Copy" look="outline" />
      </div>
      <div className="mt-4 flex justify-end">
        <Button look="primary" size="md" onClick={onDone}>
          I have it
        </Button>
      </div>
    </>
  );
}
