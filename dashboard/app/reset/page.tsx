import type { Metadata } from 'next';
import { Reset } from '@/panels/auth/reset';

export const metadata: Metadata = { title: 'New password' };

export default function Page() {
  return <Reset />;
}
