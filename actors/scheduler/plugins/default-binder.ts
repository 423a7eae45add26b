//! Binds by the API's binding subresource: a compare of the pod's uid and of its empty node, so two schedulers are
//! safe.
import type { Handle, Plugin } from '../framework/plugin.ts';
import { bind } from '../writes.ts';

export const defaultBinder = (_: unknown, { client }: Handle): Plugin => ({
  name: 'DefaultBinder',
  bind: ({ pod, node }) => bind(client, pod.pod, node),
});
