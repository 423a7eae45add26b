import type { Container, ContainerStatus } from '../api/types/pod.ts';

/** Of a container whose actor has not begun: its pod says so for it. */
export const waitingStatus = (container: Container, reason: string): ContainerStatus => ({
  name: container.name,
  state: { waiting: { reason } },
  lastState: {},
  ready: false,
  restartCount: 0,
  image: container.image,
  imageID: '',
  started: false,
});
