//! What tests of pods that run await.
import { eventually } from '../e2e/eventually.ts';
import type { Any, Api } from './api.ts';

export const podsOf = ({ namespace }: Api): string => `/api/v1/namespaces/${namespace}/pods`;
export const conditionOf = ({ status }: { readonly status: Any }, type: string): Any =>
  status.conditions?.find((one: Any) => one.type === type);

/** The pod, once it runs and is ready. */
export const running = (api: Api, name: string): Promise<Any> =>
  eventually(`${name} runs`, async () => {
    const pod = await api.get(`${podsOf(api)}/${name}`);
    return pod.status.phase === 'Running' && conditionOf(pod, 'Ready')?.status === 'True' && pod;
  });
