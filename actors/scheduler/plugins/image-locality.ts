//! Rather where the images are already, more so the more of the cluster has them (so that no node is stormed).
import { type Handle, type Plugin, SCORE_MAX } from '../framework/plugin.ts';
import { imageName } from '../images.ts';

const MB = 1024 * 1024;
const LEAST = 23 * MB;
const MOST_EACH = 1_000 * MB;
interface Wanted {
  /** Name, and the part of the nodes that has it. */
  readonly images: readonly (readonly [name: string, spread: number])[];
  readonly containers: number;
}

export const imageLocality = (_: unknown, { cluster }: Handle): Plugin<null, Wanted> => ({
  name: 'ImageLocality',
  local: true,
  epoch: () => cluster.images.epoch,
  preScore: ({ pod: { pod } }) => {
    const containers = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
    const images: (readonly [string, number])[] = [];
    for (const { image } of containers) {
      const name = imageName(image ?? '');
      const nodes = cluster.images.nodesWith(name);
      if (nodes > 0) images.push([name, nodes / cluster.table.nodes.length]);
    }
    // On no node: every node would get 0.
    return images.length === 0 ? 'skip' : { state: { images, containers: containers.length } };
  },
  score: ({ node }, _, { images, containers }) => {
    const here = cluster.images.of(node);
    let sum = 0;
    for (const [name, spread] of images) sum += Math.trunc((here.get(name) ?? 0) * spread);
    const most = MOST_EACH * containers;
    const bounded = Math.min(Math.max(sum, LEAST), most);
    return Math.trunc((SCORE_MAX * (bounded - LEAST)) / (most - LEAST));
  },
});
