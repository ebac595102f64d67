'use client';

/** What floats above the page: popovers, menus, dialogs, drawers, tooltips. Behaviour by radix-ui, looks by us. */
import { clsx } from 'clsx';
import { X } from 'lucide-react';
import { Dialog, DropdownMenu, Popover, Tooltip } from 'radix-ui';
import type { ComponentProps, ReactNode } from 'react';
import { buttonClass } from './button';

const FLOAT = 'z-50 rounded-xl border border-line bg-surface text-text shadow-pop outline-none animate-in';

export const PopoverRoot = Popover.Root;
export const PopoverTrigger = Popover.Trigger;
export const PopoverClose = Popover.Close;

export function PopoverPanel({
  className,
  align = 'start',
  ...rest
}: ComponentProps<typeof Popover.Content>) {
  return (
    <Popover.Portal>
      <Popover.Content
        align={align}
        sideOffset={6}
        collisionPadding={12}
        className={clsx(FLOAT, 'max-h-(--radix-popover-content-available-height) overflow-auto', className)}
        {...rest}
      />
    </Popover.Portal>
  );
}

/** Not modal: the page behind stays readable to screen readers, and scrolls. */
export function MenuRoot(props: ComponentProps<typeof DropdownMenu.Root>) {
  return <DropdownMenu.Root modal={false} {...props} />;
}

export const MenuTrigger = DropdownMenu.Trigger;
export const MenuRadioGroup = DropdownMenu.RadioGroup;

export function MenuPanel({
  className,
  align = 'start',
  ...rest
}: ComponentProps<typeof DropdownMenu.Content>) {
  return (
    <DropdownMenu.Portal>
      <DropdownMenu.Content
        align={align}
        sideOffset={6}
        collisionPadding={12}
        className={clsx(FLOAT, 'min-w-44 p-1', className)}
        {...rest}
      />
    </DropdownMenu.Portal>
  );
}

const ITEM =
  'flex min-h-8 cursor-pointer select-none items-center gap-2 rounded-lg px-2.5 py-1.5 text-[0.8125rem] outline-none data-highlighted:bg-sunken data-[state=checked]:text-accent data-[state=checked]:font-medium data-disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-muted';

export function MenuItem({ className, ...rest }: ComponentProps<typeof DropdownMenu.Item>) {
  return <DropdownMenu.Item className={clsx(ITEM, className)} {...rest} />;
}

export function MenuRadioItem({ className, ...rest }: ComponentProps<typeof DropdownMenu.RadioItem>) {
  return <DropdownMenu.RadioItem className={clsx(ITEM, className)} {...rest} />;
}

export function MenuLabel({ className, ...rest }: ComponentProps<typeof DropdownMenu.Label>) {
  return <DropdownMenu.Label className={clsx('px-2.5 py-1.5 text-muted text-xs', className)} {...rest} />;
}

export function MenuLine() {
  return <DropdownMenu.Separator className="my-1 h-px bg-line" />;
}

interface ModalProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  /** Read out after the title, and shown below it. */
  about?: ReactNode;
  side?: 'left' | 'right' | 'centre';
  /** Where keyboard focus goes when it closes by itself: radix gives it back to the trigger. */
  children: ReactNode;
  className?: string;
}

const SIDES = {
  left: 'inset-y-0 left-0 h-dvh w-72 max-w-[85vw] border-r animate-drawer',
  right: 'inset-y-0 right-0 h-dvh w-[32rem] max-w-[94vw] border-l animate-sheet',
  centre:
    'top-1/2 left-1/2 max-h-[88dvh] w-[30rem] max-w-[calc(100vw-2rem)] -translate-x-1/2 -translate-y-1/2 rounded-2xl border',
} as const;

/** A dialog in the middle, a drawer from the left or a sheet from the right; closes with Escape or outside. */
export function Modal({
  open,
  onOpenChange,
  title,
  about,
  side = 'centre',
  children,
  className,
}: ModalProps) {
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/40 dark:bg-black/60" />
        <Dialog.Content
          {...(about ? {} : { 'aria-describedby': undefined })}
          className={clsx(
            'fixed z-50 flex flex-col overflow-hidden border-line bg-surface text-text shadow-pop outline-none',
            SIDES[side],
            className,
          )}
        >
          <div className="flex items-start justify-between gap-3 px-5 pt-4 pb-3">
            <div className="min-w-0">
              <Dialog.Title className="truncate font-semibold text-base tracking-tight">{title}</Dialog.Title>
              {about && (
                <Dialog.Description className="mt-0.5 text-muted text-xs">{about}</Dialog.Description>
              )}
            </div>
            <Dialog.Close className={buttonClass('ghost', 'icon', '-mr-1.5')} aria-label="Close">
              <X aria-hidden />
            </Dialog.Close>
          </div>
          <div className="min-h-0 flex-1 overflow-auto px-5 pb-5">{children}</div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

export const TooltipProvider = Tooltip.Provider;

interface TipProps {
  text: ReactNode;
  children: ReactNode;
  side?: 'top' | 'right' | 'bottom' | 'left';
}

/** A short explanation on hover and on focus. The child must be one focusable element. */
export function Tip({ text, children, side = 'top' }: TipProps) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content
          side={side}
          sideOffset={6}
          collisionPadding={10}
          className="z-[60] max-w-72 animate-in rounded-lg bg-[#10201d] px-2.5 py-1.5 text-[#f2f7f5] text-xs leading-4 shadow-pop dark:bg-[#e8efed] dark:text-[#10201d]"
        >
          {text}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
