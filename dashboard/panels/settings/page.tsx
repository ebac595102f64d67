'use client';

import { useState } from 'react';
import { Card } from '@/components/ui/card';
import { Skeleton } from '@/components/ui/states';
import { TabbedCard } from '@/components/ui/tabs';
import type { ProjectReceipt } from '@/lib/api/privacy';
import { useCurrentProject, useProjects } from '@/lib/api/queries';
import { usePageParam } from '@/lib/page-param';
import { InstallPanel } from '@/panels/install/install-panel';
import { ApiKeysPanel } from './api-keys-panel';
import { AuditPanel } from './audit-panel';
import { DeletedProject, DeleteProject } from './delete-project';
import { ErasuresPanel } from './erasures-panel';
import { MembersPanel } from './members-panel';
import { NewProject } from './new-project';
import { OriginsPanel } from './origins-panel';
import { PersonPanel } from './person-panel';
import { PrivacyPanel } from './privacy-panel';
import { ProjectPanel } from './project-panel';
import { ProjectsPanel } from './projects-panel';
import { Section } from './section';
import { WriteKeysPanel } from './write-keys-panel';

const TABS = [
  { key: 'project', label: 'Project' },
  { key: 'privacy', label: 'Privacy' },
  { key: 'install', label: 'Install' },
  { key: 'keys', label: 'Write keys' },
  { key: 'api', label: 'API keys' },
  { key: 'projects', label: 'All projects' },
  { key: 'members', label: 'Members' },
  { key: 'audit', label: 'Audit log' },
] as const;
type TabKey = (typeof TABS)[number]['key'];

const OF_THE_ORGANISATION = new Set<TabKey>(['projects', 'members', 'audit']);

export function SettingsPage() {
  const [tab, setTab] = usePageParam('tab');
  const [dialog, setDialog] = usePageParam('new');
  const [deleted, setDeleted] = useState<ProjectReceipt | null>(null);
  const project = useCurrentProject();
  const none = useProjects().data?.length === 0;
  const asked = TABS.find((each) => each.key === tab)?.key ?? 'project';
  const shown: TabKey = none && !OF_THE_ORGANISATION.has(asked) ? 'projects' : asked;
  return (
    <>
      <Card aria-label="Settings" className="mx-auto max-w-4xl">
        <TabbedCard label="Settings" value={shown} onChange={setTab} tabs={TABS}>
          {!project && !OF_THE_ORGANISATION.has(shown) ? (
            <Skeleton className="m-5 h-72" />
          ) : (
            <>
              {shown === 'project' && project && (
                <>
                  <ProjectPanel key={project.id} project={project} />
                  <DeleteProject key={`${project.id} delete`} project={project} onDeleted={setDeleted} />
                </>
              )}
              {shown === 'privacy' && project && (
                <>
                  <PrivacyPanel key={project.id} project={project} />
                  <PersonPanel key={`${project.id} person`} project={project} />
                  <ErasuresPanel project={project} />
                </>
              )}
              {shown === 'install' && project && (
                <Section
                  title={`Add Hatua to ${project.name}`}
                  about="One snippet on every page, or one request from anywhere. The check below watches for the first event."
                >
                  <InstallPanel project={project} />
                </Section>
              )}
              {shown === 'keys' && project && (
                <>
                  <WriteKeysPanel project={project} />
                  <OriginsPanel key={project.id} project={project} />
                </>
              )}
              {shown === 'api' && project && <ApiKeysPanel key={project.id} project={project} />}
              {shown === 'members' && <MembersPanel />}
              {shown === 'audit' && <AuditPanel />}
              {shown === 'projects' && <ProjectsPanel onNew={() => setDialog('project')} />}
            </>
          )}
        </TabbedCard>
      </Card>
      {deleted && <DeletedProject receipt={deleted} onClose={() => setDeleted(null)} />}
      <NewProject open={dialog === 'project'} onClose={() => setDialog(null)} />
    </>
  );
}
