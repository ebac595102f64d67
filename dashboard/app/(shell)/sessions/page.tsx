import type { Metadata } from 'next';
import { SessionsPage } from '@/panels/sessions/page';

export const metadata: Metadata = { title: 'Sessions' };

export default function Page() {
  return <SessionsPage />;
}
