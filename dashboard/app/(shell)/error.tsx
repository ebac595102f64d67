'use client';

import { TriangleAlert } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Empty } from '@/components/ui/states';

/** A page that broke leaves the frame standing: the way to the other pages stays open. */
export default function PageError({ error, reset }: { error: Error; reset: () => void }) {
  return (
    <Empty
      icon={TriangleAlert}
      title="This page broke"
      className="py-24"
      action={
        <Button look="primary" size="md" onClick={reset}>
          Try again
        </Button>
      }
    >
      Your data is safe; it is the drawing of it that failed. {error.message}
    </Empty>
  );
}
