import { clsx } from 'clsx';
import type { ComponentProps } from 'react';

type Look = 'primary' | 'outline' | 'ghost' | 'danger' | 'soft';
type Size = 'sm' | 'md' | 'icon';

const LOOKS: Record<Look, string> = {
  primary: 'bg-accent text-accent-text hover:bg-accent-strong shadow-card',
  outline: 'border border-line-strong bg-surface text-text hover:bg-sunken shadow-card',
  soft: 'bg-accent-soft text-accent hover:bg-accent hover:text-accent-text',
  ghost: 'text-muted hover:bg-sunken hover:text-text',
  danger: 'border border-line-strong bg-surface text-bad hover:border-bad hover:bg-bad-soft',
};

const SIZES: Record<Size, string> = {
  sm: 'h-8 px-2.5 text-[0.8125rem]',
  md: 'h-9 px-3.5 text-sm',
  icon: 'size-8 justify-center',
};

export function buttonClass(look: Look = 'outline', size: Size = 'sm', extra?: string): string {
  return clsx(
    'inline-flex shrink-0 select-none items-center gap-1.5 whitespace-nowrap rounded-lg font-medium transition-colors',
    'disabled:pointer-events-none disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0',
    LOOKS[look],
    SIZES[size],
    extra,
  );
}

export interface ButtonProps extends ComponentProps<'button'> {
  look?: Look;
  size?: Size;
}

export function Button({ look = 'outline', size = 'sm', className, type = 'button', ...rest }: ButtonProps) {
  return <button type={type} className={buttonClass(look, size, className)} {...rest} />;
}
