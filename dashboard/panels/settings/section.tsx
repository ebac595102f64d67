import type { ReactNode } from 'react';

interface SectionProps {
  title: string;
  about: ReactNode;
  tools?: ReactNode;
  children: ReactNode;
}

export function Section({ title, about, tools, children }: SectionProps) {
  return (
    <section className="border-line border-b p-5 last:border-0">
      <div className="mb-4 flex flex-wrap items-start justify-between gap-3">
        <div className="max-w-xl">
          <h2 className="font-semibold text-[0.9375rem] tracking-tight">{title}</h2>
          <p className="mt-0.5 text-[0.8125rem] text-muted">{about}</p>
        </div>
        {tools}
      </div>
      {children}
    </section>
  );
}
