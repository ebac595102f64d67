import type { Role } from '@/lib/api/types';

export const ROLE_CHOICES: readonly { key: Role; label: string }[] = [
  { key: 'admin', label: 'Admin' },
  { key: 'analyst', label: 'Analyst' },
  { key: 'viewer', label: 'Viewer' },
];
