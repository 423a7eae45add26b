//! kube-proxy of one node: a controller keeps the table, the dataplane serves it.
import { address, show } from '../../runtime/address.ts';
import { unreachable } from '../../runtime/fault.ts';
import type { ActorHandle, Host } from '../../runtime/host.ts';
import type { Stop } from '../../runtime/ports.ts';
import type { User } from '../apiserver/protocol.ts';
import { controllerAddress } from '../client/protocol.ts';
import { startController } from '../client/reconciler/index.ts';
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
}
const SHUTDOWN_MS = 5_000;
const USER: User = { name: 'system:kube-proxy', groups: ['system:authenticated'] };

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
          const controller = kubeProxyController(node, table, () => self.send({ type: 'caches.synced' }));
          const at = show(controllerAddress(options.node, controller.name));
          const forget = host.onEnded((ended, { how }) => {
            if (how === 'failed' && show(ended) === at) self.send({ type: 'controller.lost' });
          });
          // Every node has its own: nobody to elect.
          const running = startController(host, controller, { manager: options.node, user: USER });
          stopController = () => {
            forget();
            running.stop();
          };
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
