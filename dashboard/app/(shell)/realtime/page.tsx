import type { Metadata } from 'next';
import { RealtimePage } from '@/panels/realtime/page';

export const metadata: Metadata = { title: 'Real time' };

export default function Page() {
  return <RealtimePage />;
}
