//! kube-proxy of one node: a controller keeps the table, the dataplane serves it.
import { address } from '../../runtime/address.ts';
import { unreachable } from '../../runtime/fault.ts';
import type { ActorHandle, Host } from '../../runtime/host.ts';
import type { Stop } from '../../runtime/ports.ts';
import type { Controller } from '../client/protocol.ts';
import { kubeProxyController } from './controller.ts';
import { kubeProxyMachine } from './machine.ts';
import type { Dataplane, KubeProxyEvent, SimConnect } from './protocol.ts';
import { SimDataplane } from './sim-dataplane.ts';
import { ProxyTable } from './table.ts';

export interface StartKubeProxy {
  readonly node: string;
  readonly nodeIp: string;
  /** Absent: the simulated one, which answers `sim.connect`. */
  readonly dataplane?: Dataplane;
  /** Runs a controller without leader election: every node has its own. */
  readonly runController: (controller: Controller) => Stop;
}
const SHUTDOWN_MS = 5_000;

export function startKubeProxy(host: Host, options: StartKubeProxy): ActorHandle<KubeProxyEvent> {
  const dataplane = options.dataplane ?? new SimDataplane();
  const table = new ProxyTable(dataplane);
  let stopController: Stop = () => {};
  return host.start({
    address: address('kube-proxy', '', options.node),
    machine: kubeProxyMachine,
    input: undefined,
    shutdown: { event: { type: 'proxy.stop' }, shutdownMs: SHUTDOWN_MS },
    onStop: () => {
      stopController();
      dataplane.close(() => {});
    },
    receive: (delivery): KubeProxyEvent | undefined => {
      if (delivery.message.type !== 'sim.connect') return delivery.message as KubeProxyEvent;
      if (dataplane instanceof SimDataplane)
        delivery.reply?.(dataplane.connect(delivery.message as SimConnect, host.ports.clock.now()));
      return undefined;
    },
    perform: (effect, self) => {
      switch (effect.type) {
        case 'controller.start': {
          const node = { name: options.node, ip: options.nodeIp };
          stopController = options.runController(
            kubeProxyController(node, table, () => self.send({ type: 'caches.synced' })),
          );
          return;
        }
        case 'dataplane.close':
          stopController();
          return dataplane.close(() => self.send({ type: 'dataplane.closed' }));
        default:
          return unreachable(effect);
      }
    },
  });
}
