'use client';

import { useQueryClient } from '@tanstack/react-query';
import { clsx } from 'clsx';
import { LogOut, Monitor, Moon, Sun, UserRound } from 'lucide-react';
import { useRouter } from 'next/navigation';
import {
  MenuItem,
  MenuLabel,
  MenuLine,
  MenuPanel,
  MenuRadioGroup,
  MenuRadioItem,
  MenuRoot,
  MenuTrigger,
} from '@/components/ui/overlay';
import { api } from '@/lib/api/client';
import { useChooseOrganisation } from '@/lib/api/people';
import { useAuthState } from '@/lib/api/queries';
import { useUser } from '@/lib/session';
import { setTheme, type Theme, useTheme } from '@/lib/theme';

const THEMES = [
  { key: 'light', label: 'Light', icon: Sun },
  { key: 'dark', label: 'Dark', icon: Moon },
  { key: 'system', label: 'As the system', icon: Monitor },
] as const;

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  return `${words[0]?.[0] ?? ''}${words.length > 1 ? (words.at(-1)?.[0] ?? '') : ''}`.toUpperCase() || '?';
}

export function UserMenu({ narrow = false }: { narrow?: boolean }) {
  const user = useUser();
  const theme = useTheme();
  const client = useQueryClient();
  const router = useRouter();
  const choose = useChooseOrganisation();
  const organisations = useAuthState().data?.organisations ?? [];
  const signOut = async () => {
    await api.post('/api/auth/logout').catch(() => undefined);
    client.clear();
    window.location.assign('/sign-in/');
  };
  return (
    <MenuRoot>
      <MenuTrigger
        className={clsx(
          'flex w-full items-center gap-2.5 rounded-lg text-left hover:bg-sunken data-[state=open]:bg-sunken',
          narrow ? 'justify-center py-1' : 'px-2 py-1.5',
        )}
      >
        <span
          aria-hidden
          data-initials={initials(user.name || user.email)}
          className="grid size-8 shrink-0 place-items-center rounded-full bg-accent font-semibold text-accent-text text-xs before:content-[attr(data-initials)]"
        />
        <span className="sr-only">Account of {narrow && (user.name || user.email)}</span>
        {!narrow && (
          <span className="min-w-0">
            <span className="block truncate font-medium text-[0.8125rem]">{user.name || user.email}</span>
            <span className="block truncate text-muted text-xs">{user.tenant_name}</span>
          </span>
        )}
      </MenuTrigger>
      <MenuPanel side="top" className="w-60">
        <MenuLabel>
          <span className="block truncate text-text">{user.email}</span>
          <span className="capitalize">{user.role}</span>
        </MenuLabel>
        {organisations.length > 1 && (
          <>
            <MenuLine />
            <MenuLabel className="pb-0.5">Organisation</MenuLabel>
            <MenuRadioGroup value={user.tenant_id} onValueChange={(id) => choose.mutate(id)}>
              {organisations.map(({ id, name }) => (
                <MenuRadioItem key={id} value={id}>
                  <span className="truncate">{name}</span>
                </MenuRadioItem>
              ))}
            </MenuRadioGroup>
          </>
        )}
        <MenuLine />
        <MenuLabel className="pb-0.5">Theme</MenuLabel>
        <MenuRadioGroup value={theme} onValueChange={(value) => setTheme(value as Theme)}>
          {THEMES.map(({ key, label, icon: Icon }) => (
            <MenuRadioItem key={key} value={key} onSelect={(event) => event.preventDefault()}>
              <Icon aria-hidden /> {label}
            </MenuRadioItem>
          ))}
        </MenuRadioGroup>
        <MenuLine />
        <MenuItem onSelect={() => router.push('/account/')}>
          <UserRound aria-hidden /> Your account
        </MenuItem>
        <MenuItem onSelect={() => void signOut()}>
          <LogOut aria-hidden /> Sign out
        </MenuItem>
      </MenuPanel>
    </MenuRoot>
  );
}
