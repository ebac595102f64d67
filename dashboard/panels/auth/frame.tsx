import type { ReactNode } from 'react';
import { Logo } from '@/components/logo';

const STEPS = [0, 1, 2, 3, 4, 5, 6, 7];

/** The two halves of the pages before the dashboard: a form, and what it is all for. */
export function AuthFrame({ title, about, children }: { title: string; about: string; children: ReactNode }) {
  return (
    <div className="grid min-h-dvh bg-surface lg:grid-cols-[minmax(0,1fr)_minmax(0,1.1fr)]">
      <main className="flex flex-col px-6 py-8 sm:px-12">
        <Logo />
        <div className="mx-auto flex w-full max-w-sm flex-1 flex-col justify-center py-10">
          <h1 className="font-semibold text-2xl tracking-tight">{title}</h1>
          <p className="mt-1.5 mb-7 text-muted">{about}</p>
          {children}
        </div>
      </main>
      <aside className="relative hidden overflow-hidden bg-[#07332e] text-white lg:block">
        <svg
          viewBox="0 0 800 900"
          preserveAspectRatio="xMidYMax slice"
          className="absolute inset-0 size-full"
          aria-hidden="true"
        >
          {STEPS.map((step) => (
            <rect
              key={step}
              x={step * 100}
              y={820 - step * 82}
              width="101"
              height="900"
              fill="#45c4b0"
              opacity={0.05 + step * 0.026}
            />
          ))}
          <path
            d="M-10 820H100V738H200V656H300V574H400V492H500V410H600V328H700V246H810"
            fill="none"
            stroke="#74d9c8"
            strokeWidth="3"
          />
        </svg>
        <div className="relative max-w-md p-14">
          <p className="font-semibold text-3xl leading-tight tracking-tight">
            Every step, from the first message to the last click.
          </p>
          <p className="mt-4 text-[#b9ddd6]">
            One journey across the web and WhatsApp. Every event accounted for, every number explained.
          </p>
        </div>
      </aside>
    </div>
  );
}

export function FormError({ message }: { message: string | null }) {
  return (
    <div role="alert">
      {message && <p className="rounded-lg bg-bad-soft px-3 py-2 text-[0.8125rem] text-bad">{message}</p>}
    </div>
  );
}
