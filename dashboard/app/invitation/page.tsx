import type { Metadata } from 'next';
import { AcceptInvitation } from '@/panels/auth/invitation';

export const metadata: Metadata = { title: 'Invitation' };

export default function Page() {
  return <AcceptInvitation />;
}
