//! The engine of one node whose workloads are small programs, in the time of the clock it is given.
import { address } from '../../../runtime/address.ts';
import { fail } from '../../../runtime/fault.ts';
import type { ActorHandle, Host } from '../../../runtime/host.ts';
import type { Message } from '../../../runtime/ports.ts';
import { uuid } from '../../../runtime/random.ts';
import type { EngineReply, EngineRequest } from '../protocol.ts';
import { SimulatedEngine, type SimulatedEngineOptions } from './engine.ts';
import { type SimulatedEngineEvent, simulatedEngineMachine } from './machine.ts';
import type { SimulationRequest } from './protocol.ts';
import { Visits } from './visits.ts';

export type { SimulatedEngineOptions } from './engine.ts';
export type { Behaviour, SimulationReply, SimulationRequest, WorkloadRule } from './protocol.ts';

export function startSimulatedEngine(host: Host, options: SimulatedEngineOptions): ActorHandle<SimulatedEngineEvent> {
  const { clock, bus, random } = host.ports;
  let tell: (event: SimulatedEngineEvent) => void = () => {};
  const draw = random.fork(`engine/${options.node}/visits`);
  const visits = new Visits({ clock, bus, cluster: host.cluster }, () => `visit-${uuid(draw)}`);
  const engine = new SimulatedEngine(options, { clock, bus, visits }, (exit) =>
    tell({ type: 'container.exited', exit }),
  );
  return host.start({
    address: address('engine', '', options.node),
    machine: simulatedEngineMachine,
    input: undefined,
    onStart: (self) => {
      tell = (event) => self.send(event);
    },
    onStop: () => {
      tell = () => {};
      engine.close();
    },
    /** Requests go to the tables at once: the chart only says who is told of exits. */
    receive: (delivery, self): SimulatedEngineEvent | undefined => {
      const request = delivery.message as EngineRequest | SimulationRequest;
      const reply = (message: Message): void => delivery.reply?.(message);
      if (!KNOWN.test(request.type)) {
        reply({ type: 'fault', fault: fail('BadRequest', `an engine knows no ${request.type}`).fault } as EngineReply);
        return undefined;
      }
      // Before the answer: what exits after it must be told.
      if (request.type === 'engine.attach') self.send({ type: 'subscriber.attached', subscriber: request.subscriber });
      engine.handle(request, reply);
      return undefined;
    },
    perform: (effect, self) => self.publish(effect.subscriber, effect.exit),
  });
}
const KNOWN = /^(engine\.(info|attach|stats)|sandbox\.|image\.pull|container\.|probe\.|sim\.)/;
