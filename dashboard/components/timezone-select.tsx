'use client';

import type { ComponentProps } from 'react';
import { Select } from '@/components/ui/field';
import { timezones } from '@/lib/timezones';

export function TimezoneSelect({ value, ...rest }: ComponentProps<'select'>) {
  const known = timezones();
  const shown = typeof value === 'string' && !known.includes(value) ? [value, ...known] : known;
  return (
    <Select value={value} {...rest}>
      {shown.map((zone) => (
        <option key={zone} value={zone}>
          {zone.replaceAll('_', ' ')}
        </option>
      ))}
    </Select>
  );
}
