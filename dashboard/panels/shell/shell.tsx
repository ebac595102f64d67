'use client';

import { usePathname, useRouter } from 'next/navigation';
import { type ReactNode, Suspense, useEffect } from 'react';
import { Mark } from '@/components/logo';
import { Empty, Failure, Skeleton } from '@/components/ui/states';
import { mayOpen } from '@/lib/access';
import { useAuthState, useCurrentProject } from '@/lib/api/queries';
import { useFilters } from '@/lib/filters/store';
import { pageOf } from '@/lib/pages';
import { SessionProvider } from '@/lib/session';
import { Footer } from './footer';
import { Sidebar } from './sidebar';
import { TopBar } from './top-bar';

/** The frame of every page for people who are signed in; the others are sent to sign in, or to set up. */
export function Shell({ children }: { children: ReactNode }) {
  const auth = useAuthState();
  const router = useRouter();
  const pathname = usePathname();
  const page = pageOf(pathname);
  const user = auth.data?.user;

  useEffect(() => {
    if (!auth.data || auth.data.user) return;
    const here = window.location.pathname + window.location.search;
    router.replace(auth.data.setup_needed ? '/set-up/' : `/sign-in/?next=${encodeURIComponent(here)}`);
  }, [auth.data, router]);

  if (auth.error && !auth.data) {
    return (
      <main className="grid min-h-dvh place-items-center">
        <Failure error={auth.error} onRetry={() => void auth.refetch()} />
      </main>
    );
  }
  if (!user) return <Bones />;

  return (
    <SessionProvider value={user}>
      <AddressReader />
      <a
        href="#main"
        className="sr-only z-50 rounded-lg bg-accent px-3 py-2 text-accent-text focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to the content
      </a>
      <div className="flex min-h-dvh">
        <Sidebar />
        <div className="flex min-w-0 flex-1 flex-col">
          <TopBar page={page} />
          <main
            id="main"
            tabIndex={-1}
            className="mx-auto w-full max-w-[96rem] flex-1 px-3 pb-8 outline-none sm:px-6"
          >
            {!page ? (
              <Empty title="No steps lead here" className="py-24">
                This version has no such page.
              </Empty>
            ) : !mayOpen(user.role, page.key) ? (
              <Empty title="This page is not part of your role" className="py-24">
                Your account is a {user.role}. An admin of {user.tenant_name} can change that.
              </Empty>
            ) : (
              <Suspense>{children}</Suspense>
            )}
          </main>
          <Footer version={auth.data?.version ?? ''} />
        </div>
      </div>
    </SessionProvider>
  );
}

/** Keeps the filter store in step with the address: on arrival, and on Back and Forward. */
function AddressReader() {
  const readAddress = useFilters((state) => state.readAddress);
  const setProject = useFilters((state) => state.setProject);
  const ready = useFilters((state) => state.ready);
  const wanted = useFilters((state) => state.project);
  const project = useCurrentProject();
  useEffect(() => {
    readAddress();
    window.addEventListener('popstate', readAddress);
    return () => window.removeEventListener('popstate', readAddress);
  }, [readAddress]);
  useEffect(() => {
    if (ready && project && project.id !== wanted) setProject(project.id);
  }, [ready, project, wanted, setProject]);
  return null;
}

function Bones() {
  return (
    <div className="flex min-h-dvh" aria-busy="true">
      <div className="hidden w-60 border-line border-r p-4 md:block">
        <Mark />
      </div>
      <main className="flex-1 space-y-4 p-4 sm:p-6">
        <p className="sr-only" role="status">
          Loading the dashboard
        </p>
        <Skeleton className="h-8 w-48" />
        <Skeleton className="h-28 w-full rounded-xl" />
        <Skeleton className="h-80 w-full rounded-xl" />
      </main>
    </div>
  );
}
