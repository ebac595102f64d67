'use client';

/** React Query hooks, one per answer of the API. Old data stays on screen while new data is fetched. */
import {
  keepPreviousData,
  skipToken,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import type { Question } from '@/lib/filters/question';
import { useFilters } from '@/lib/filters/store';
import { MAIN_METRICS } from '@/lib/filters/url';
import { type Asked, ask } from './batch';
import { api, rememberCsrf } from './client';
import type {
  ApiKey,
  AuthState,
  Breakdown,
  Definitions,
  DimensionValues,
  FirstEvent,
  Heatmap,
  HeatmapMetric,
  Interval,
  NewApiKey,
  Overview,
  Project,
  ProjectPatch,
  Realtime,
  Timeseries,
  WriteKey,
} from './types';

const LIVE_MS = 60_000;

export function useAuthState() {
  return useQuery({
    queryKey: ['auth'],
    queryFn: async ({ signal }) => {
      const state = await api.get<AuthState>('/api/auth/state', {}, signal);
      rememberCsrf(state.csrf);
      return state;
    },
    staleTime: 5 * 60_000,
  });
}

export function useProjects() {
  const auth = useAuthState();
  return useQuery({
    queryKey: ['projects'],
    queryFn: ({ signal }) => api.get<{ projects: Project[] }>('/api/dashboard/projects', {}, signal),
    select: (answer) => answer.projects,
    enabled: Boolean(auth.data?.user),
    staleTime: 60_000,
  });
}

/** The project in the address, or the first one when the address names none (or one that is not ours). */
export function useCurrentProject(): Project | null {
  const wanted = useFilters((state) => state.project);
  const { data } = useProjects();
  if (!data || data.length === 0) return null;
  return data.find((project) => project.id === wanted) ?? data[0] ?? null;
}

export function useDefinitions() {
  return useQuery({
    queryKey: ['definitions'],
    queryFn: ({ signal }) => api.get<Definitions>('/api/dashboard/definitions', {}, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** A range that ends today grows while it is looked at; one that is over does not. */
function refetchOf(question: Question | null): number | false {
  if (!question) return false;
  const end = Date.parse(`${question.range.to}T23:59:59Z`);
  return end + 14 * 3_600_000 > Date.now() ? LIVE_MS : false;
}

type Common = 'project' | 'from' | 'to' | 'filters';
type WithoutCommon<A> = A extends Asked ? Omit<A, Common> : never;

/** `own`: what it asks besides the project, range and filters of all. */
function useAnswer<T>(question: Question | null, own: WithoutCommon<Asked>): UseQueryResult<T> {
  return useQuery<T>({
    queryKey: [own.question, question?.params, own],
    queryFn: question ? ({ signal }) => ask<T>({ ...commonOf(question), ...own }, signal) : skipToken,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    refetchInterval: refetchOf(question),
  });
}

function commonOf({ project, range, filters }: Question): Pick<Asked, Common> {
  return { project, from: range.from, to: range.to, filters: filters.length > 0 ? filters : undefined };
}

export const useOverview = (question: Question | null) =>
  useAnswer<Overview>(question, { question: 'overview', compare: question?.compare ?? 'none' });

export const useTimeseries = (question: Question | null, interval: Interval) =>
  useAnswer<Timeseries>(question, {
    question: 'timeseries',
    metrics: [...MAIN_METRICS],
    interval,
    compare: question?.compare ?? 'none',
  });

type Ranked = Extract<Asked, { question: 'breakdown' }>;

export function useBreakdown(
  question: Question | null,
  dimension: string,
  { order = 'visitors', limit = 10, offset = 0 }: Pick<Ranked, 'order' | 'limit' | 'offset'> = {},
) {
  return useAnswer<Breakdown>(question, { question: 'breakdown', dimension, order, limit, offset });
}

export const useHeatmap = (question: Question | null, metric: HeatmapMetric) =>
  useAnswer<Heatmap>(question, { question: 'heatmap', metric });

export function useDimensionValues(question: Question | null, dimension: string, search: string) {
  return useQuery({
    queryKey: ['dimension-values', question?.project, question?.range, dimension, search],
    queryFn: question
      ? ({ signal }) => {
          const { project, range } = question;
          const days = { from: range.from, to: range.to };
          return ask<DimensionValues>(
            { question: 'dimension_values', project, ...days, dimension, search, limit: 20 },
            signal,
          );
        }
      : skipToken,
    enabled: dimension !== '' && dimension !== 'property:',
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}

export function useRealtime(project: string | null) {
  return useQuery({
    queryKey: ['realtime', project],
    queryFn: ({ signal }) => api.get<Realtime>('/api/dashboard/realtime', { project }, signal),
    enabled: project !== null,
    refetchInterval: 10_000,
  });
}

/** Asks every 2 s until the first event is there, then stops. */
export function useFirstEvent(project: string | null) {
  return useQuery({
    queryKey: ['first-event', project],
    queryFn: ({ signal }) =>
      api.get<FirstEvent>(`/api/dashboard/projects/${project}/first-event`, {}, signal),
    enabled: project !== null,
    refetchInterval: (query) => (query.state.data?.received ? false : 2_000),
    staleTime: 0,
  });
}

export function useApiKeys(project: string | null) {
  return useQuery({
    queryKey: ['api-keys', project],
    queryFn: ({ signal }) =>
      api.get<{ api_keys: ApiKey[] }>('/api/dashboard/api-keys', { project_id: project }, signal),
    select: (answer) => answer.api_keys,
    enabled: project !== null,
  });
}

/** A change of settings: runs, then refreshes what it touched. */
function useChange<Input, Output>(run: (input: Input) => Promise<Output>, touched: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: () => client.invalidateQueries({ queryKey: [touched] }),
  });
}

export const useCreateProject = () =>
  useChange(
    (input: { name: string; timezone: string }) => api.post<Project>('/api/dashboard/projects', input),
    'projects',
  );

export const useUpdateProject = (id: string) =>
  useChange((patch: ProjectPatch) => api.patch<Project>(`/api/dashboard/projects/${id}`, patch), 'projects');

export const useCreateWriteKey = (id: string) =>
  useChange(
    (input: { name: string }) => api.post<WriteKey>(`/api/dashboard/projects/${id}/write-keys`, input),
    'projects',
  );

export const useRevokeWriteKey = (id: string) =>
  useChange((key: string) => api.delete(`/api/dashboard/projects/${id}/write-keys/${key}`), 'projects');

export const useRotateWriteKey = (id: string) =>
  useChange(
    (key: string) => api.post<WriteKey>(`/api/dashboard/projects/${id}/write-keys/${key}/rotate`),
    'projects',
  );

export const useCreateApiKey = () =>
  useChange(
    (input: { project_id: string; name: string; scopes: string[] }) =>
      api.post<NewApiKey>('/api/dashboard/api-keys', input),
    'api-keys',
  );

export const useRevokeApiKey = () =>
  useChange((id: string) => api.delete(`/api/dashboard/api-keys/${id}`), 'api-keys');
