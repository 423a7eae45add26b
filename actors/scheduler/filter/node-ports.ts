//! Two pods cannot listen on the same port of a node.
import type { Filter, Refusal } from './filter.ts';

const REFUSAL: Refusal = {
  reasons: ["node(s) didn't have free ports for the requested pod ports"],
  resolvable: true,
};

export const nodePorts: Filter = {
  name: 'NodePorts',
  prepare: ({ ports }) =>
    ports.length === 0
      ? undefined
      : (node) => {
          for (const port of ports) if (node.portTaken(port)) return REFUSAL;
          return undefined;
        },
};
