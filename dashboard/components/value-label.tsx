import { clsx } from 'clsx';
import { isCountryCode } from '@/lib/countries';
import { valueLabel } from '@/lib/labels';

/** A country code as a small tag. Not a flag emoji: half of the desktops draw those as two boxes. */
export function CountryTag({ code, className }: { code: string; className?: string }) {
  return (
    <span
      aria-hidden
      className={clsx(
        'inline-block w-6.5 shrink-0 rounded border border-line-strong/70 bg-surface text-center font-medium text-[0.625rem] text-muted leading-4',
        className,
      )}
    >
      {isCountryCode(code) ? code : '–'}
    </span>
  );
}

/** A dimension's value as people read it, countries with their tag. */
export function ValueLabel({ dimension, value }: { dimension: string; value: string }) {
  return (
    <span className="flex min-w-0 items-center gap-2">
      {dimension === 'country' && <CountryTag code={value} />}
      <span className="truncate">{valueLabel(dimension, value)}</span>
    </span>
  );
}
