import type { Metadata } from 'next';
import { FunnelsPage } from '@/panels/funnels/page';

export const metadata: Metadata = { title: 'Funnels' };

export default function Page() {
  return <FunnelsPage />;
}
