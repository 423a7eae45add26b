//! Two pods cannot listen on the same port of a node.

import type { Pod } from '../../api/types/pod.ts';
import { notNow, type Plugin } from '../framework/plugin.ts';
import { factsOf } from '../pod-facts.ts';

const REFUSAL = notNow("node(s) didn't have free ports for the requested pod ports");

export const nodePorts = (): Plugin<null> => ({
  name: 'NodePorts',
  local: true,
  wakes: [
    { on: ['NodeAdd'] },
    {
      on: ['AssignedPodDelete'],
      hint: ({ ports }, { object }) => {
        const freed = factsOf(object as Pod).ports;
        return ports.some(({ port }) => freed.some((one) => one.port === port));
      },
    },
  ],
  preFilter: ({ pod }) => (pod.ports.length === 0 ? 'skip' : { state: null }),
  filter: (node, { pod }) => {
    for (const port of pod.ports) if (node.portTaken(port)) return REFUSAL;
    return undefined;
  },
});
