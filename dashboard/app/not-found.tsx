import type { Metadata } from 'next';
import Link from 'next/link';
import { Logo } from '@/components/logo';
import { buttonClass } from '@/components/ui/button';

export const metadata: Metadata = { title: 'Page not found' };

export default function NotFound() {
  return (
    <main className="grid min-h-dvh place-items-center p-6 text-center">
      <div>
        <div className="mb-8 flex justify-center">
          <Logo />
        </div>
        <p className="font-medium text-accent text-sm">404</p>
        <h1 className="mt-1 font-semibold text-2xl tracking-tight">No steps lead here</h1>
        <p className="mx-auto mt-2 max-w-sm text-muted">
          This address belongs to no page of the dashboard. It may have been mistyped, or the link is old.
        </p>
        <Link href="/" className={buttonClass('primary', 'md', 'mt-6')}>
          Back to the overview
        </Link>
      </div>
    </main>
  );
}
