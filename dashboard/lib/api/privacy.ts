'use client';

/** One person's rights: find, export, erase; and the receipts of erasures. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, urlOf } from './client';
import type { components } from './schema';

type Schemas = components['schemas'];
export type Found = Schemas['Found'];
export type Receipt = Schemas['Receipt'];
export type ProjectReceipt = Schemas['ProjectReceipt'];
export type Erasure = Schemas['ErasureEntry'];

/** Asked when a form is sent, never again by itself: ids of people do not lie about in a cache. */
export const useFindPerson = (project: string) =>
  useMutation({
    mutationFn: (id: string) => api.get<Found>('/api/dashboard/people/find', { project, id }),
    gcTime: 0,
  });

/** The address of everything about a person, as JSON lines; the browser writes it to disk as it comes. */
export const exportUrl = (project: string, id: string): string =>
  urlOf('/api/dashboard/people/export', { project, id });

/** Afterwards every number may be another one. */
export function useErasePerson(project: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.post<Receipt>('/api/dashboard/people/erase', { project, id }),
    onSuccess: () => client.invalidateQueries(),
    gcTime: 0,
  });
}

/** The project is gone from the list; what was known of it may not be shown any more. */
export function useDeleteProject(project: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) =>
      api.post<ProjectReceipt>(`/api/dashboard/projects/${project}/delete`, { name }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['projects'] }),
  });
}

export function useErasures(project: string) {
  return useQuery({
    queryKey: ['erasures', project],
    queryFn: ({ signal }) => api.get<{ erasures: Erasure[] }>('/api/dashboard/erasures', { project }, signal),
    select: (answer) => answer.erasures,
  });
}
