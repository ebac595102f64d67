'use client';

import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button, type ButtonProps } from './button';

interface CopyButtonProps extends Omit<ButtonProps, 'onClick' | 'value'> {
  value: string;
  what: string;
  label?: string;
}

/** Copies `value`; says so for two seconds, aloud too. */
export function CopyButton({ value, what, label, ...rest }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = window.setTimeout(() => setCopied(false), 2_000);
    return () => window.clearTimeout(timer);
  }, [copied]);
  const copy = () => void navigator.clipboard.writeText(value).then(() => setCopied(true));
  return (
    <Button
      onClick={copy}
      aria-label={label ? undefined : `Copy ${what}`}
      size={label ? 'sm' : 'icon'}
      look="ghost"
      {...rest}
    >
      {copied ? <Check className="text-good" aria-hidden /> : <Copy aria-hidden />}
      {label && (copied ? 'Copied' : label)}
      <span className="sr-only" aria-live="polite">
        {copied ? `${what} copied` : ''}
      </span>
    </Button>
  );
}
