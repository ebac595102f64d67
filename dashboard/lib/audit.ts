/** What the lines of the audit trail say, in words. */
import type { AuditEntry } from '@/lib/api/people';

const ACTS: Record<string, string> = {
  'tenant.created': 'Made the organisation',
  'tenant.renamed': 'Renamed the organisation',
  'project.created': 'Made a project',
  'project.deleted': 'Deleted a project',
  'project.data_deleted': 'Deleted the events of a project',
  'project.changed': 'Changed a project',
  'write_key.created': 'Made a write key',
  'write_key.revoked': 'Revoked a write key',
  'write_key.rotated': 'Replaced a write key',
  'api_key.created': 'Made an API key',
  'api_key.revoked': 'Revoked an API key',
  'user.created': 'Made an account',
  'user.renamed': 'Changed their name',
  'user.disabled': 'Disabled an account',
  'user.password_changed': 'Changed a password',
  'member.role_changed': 'Gave another role',
  'member.removed': 'Removed a member',
  'invitation.created': 'Invited somebody',
  'invitation.withdrawn': 'Withdrew an invitation',
  'invitation.accepted': 'Accepted an invitation',
  'session.opened': 'Signed in',
  'session.ended': 'Signed one browser out',
  'session.all_ended': 'Signed out everywhere',
  'sign_in_link.created': 'Made a sign-in link',
  'password_reset.created': 'Made a link for a new password',
  'password_reset.used': 'Set a new password by link',
  'second_factor.on': 'Switched the second factor on',
  'second_factor.off': 'Switched the second factor off',
  'second_factor.codes_renewed': 'Made new recovery codes',
  'identity.linked': 'Linked single sign-on',
  'funnel.created': 'Saved a funnel',
  'funnel.changed': 'Changed a funnel',
  'funnel.deleted': 'Deleted a funnel',
  'funnel.installed': 'Installed a preset funnel',
  'person.exported': 'Exported a person',
  'person.erasure_begun': 'Began to erase a person',
  'person.erased': 'Erased a person',
  'dead_letters.replayed': 'Replayed failed events',
  'dead_letters.purged': 'Purged failed events',
};

/** Kinds of acts that the list can be narrowed to. */
export const AUDIT_KINDS = [
  { key: '', label: 'Everything' },
  { key: 'session', label: 'Signing in and out' },
  { key: 'member', label: 'Members' },
  { key: 'invitation', label: 'Invitations' },
  { key: 'person', label: 'Exports and erasures' },
  { key: 'project', label: 'Projects' },
  { key: 'write_key', label: 'Write keys' },
  { key: 'api_key', label: 'API keys' },
  { key: 'second_factor', label: 'Second factors' },
] as const;

/** "Gave another role"; an act that is new here is shown by its own name. */
export const actOf = (action: string): string => ACTS[action] ?? action.replaceAll(/[._]/g, ' ');

/** Who it was: an e-mail or a key's name; else what kind of somebody. */
export function actorOf(entry: AuditEntry): string {
  if (entry.actor_name) return entry.actor_name;
  if (entry.actor_kind === 'cli') return 'Command line';
  if (entry.actor_kind === 'system') return entry.actor_id ? `System (${entry.actor_id})` : 'System';
  return entry.actor_id;
}

function said(value: unknown): string {
  if (value === null || value === '') return 'nothing';
  if (Array.isArray(value)) return value.join(', ') || 'nothing';
  if (typeof value !== 'object') return String(value);
  if ('from' in value && 'to' in value) return `${said(value.from)} → ${said(value.to)}`;
  if ('before' in value && 'after' in value) return `${said(value.before)} → ${said(value.after)}`;
  return JSON.stringify(value);
}

/** "email: a@example.org, role: viewer"; a change reads "viewer → analyst". */
export function detailsOf(entry: AuditEntry): string {
  const { details } = entry;
  if ('from' in details && 'to' in details) return said(details);
  return Object.entries(details)
    .map(([name, value]) => `${name.replaceAll('_', ' ')}: ${said(value)}`)
    .join(', ');
}
