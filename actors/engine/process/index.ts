//! The engine of one node that runs containers as processes of this machine.
import { address } from '../../../runtime/address.ts';
import { fail, unreachable } from '../../../runtime/fault.ts';
import type { ActorHandle, Host } from '../../../runtime/host.ts';
import type { Delivery } from '../../../runtime/ports.ts';
import { uuid } from '../../../runtime/random.ts';
import type { EngineEvent, EngineReply, EngineRequest } from '../protocol.ts';
import type { Container } from './edge/containers.ts';
import { ProcessEngine, type ProcessEngineOptions } from './edge/engine.ts';
import { streamSink } from './log-sink.ts';
import { processEngineMachine } from './machine.ts';
import type { ProcessEngineEvent } from './protocol.ts';

export interface StartProcessEngine extends ProcessEngineOptions {
  readonly node: string;
}
const WAITING_MAX = 1_000;

export function startProcessEngine(host: Host, options: StartProcessEngine): ActorHandle<ProcessEngineEvent> {
  const waiting = new Map<number, Delivery>();
  let tickets = 0;
  let tell: (event: ProcessEngineEvent) => void = () => {};
  const { clock, bus, logger, random } = host.ports;
  const draw = random.fork(`engine/${options.node}/visits`);
  const engine = new ProcessEngine(options, {
    clock,
    logger: logger.child({ actor: `engine/${options.node}` }),
    exited: (container) => tell({ type: 'container.exited', exit: exitEvent(container) }),
    sink: (subject) => streamSink(bus, clock, subject),
    lines: { bus, clock, cluster: host.cluster },
    lineId: () => `visit-${uuid(draw)}`,
  });
  const answer = (ticket: number): void => {
    const delivery = waiting.get(ticket);
    waiting.delete(ticket);
    if (delivery === undefined) return;
    const request = delivery.message as EngineRequest;
    if (request.type === 'engine.attach') tell({ type: 'subscriber.attached', subscriber: request.subscriber });
    engine.handle(request, (reply: EngineReply) => delivery.reply?.(reply));
  };
  return host.start({
    address: address('engine', '', options.node),
    machine: processEngineMachine,
    input: undefined,
    onStart: (self) => {
      tell = (event) => self.send(event);
    },
    onStop: () => {
      tell = () => {};
      engine.close();
    },
    receive: (delivery): ProcessEngineEvent | undefined => {
      if (waiting.size >= WAITING_MAX) {
        delivery.reply?.({ type: 'fault', ...fail('Busy', `${WAITING_MAX} requests wait already`) } as EngineReply);
        return undefined;
      }
      tickets += 1;
      waiting.set(tickets, delivery);
      return { type: 'request.received', ticket: tickets };
    },
    perform: (effect, self) => {
      switch (effect.type) {
        case 'state.recover':
          return engine.recover((result) =>
            tell(
              result.ok
                ? { type: 'engine.recovered' }
                : { type: 'engine.unrecoverable', message: result.fault.message },
            ),
          );
        case 'request.answer':
          return answer(effect.ticket);
        case 'request.answerWaiting':
          for (const ticket of [...waiting.keys()]) answer(ticket);
          return;
        case 'exit.announce':
          return self.publish(effect.subscriber, effect.exit);
        default:
          return unreachable(effect);
      }
    },
  });
}

function exitEvent({ file }: Container): EngineEvent {
  const { podUid, name, attempt } = file.spec;
  const exit = file.exit ?? { at: file.startedAt, exitCode: 137, signal: 9 };
  return {
    type: 'engine.exited',
    podUid,
    name,
    attempt,
    id: file.id,
    ...exit,
    oomKilled: false,
    message: '',
  };
}
