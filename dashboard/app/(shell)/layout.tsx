import type { ReactNode } from 'react';
import { Shell } from '@/panels/shell/shell';

export default function ShellLayout({ children }: { children: ReactNode }) {
  return <Shell>{children}</Shell>;
}
