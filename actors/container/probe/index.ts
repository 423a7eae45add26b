import { type Result, unreachable } from '../../../runtime/fault.ts';
import type { ActorHandle, Host } from '../../../runtime/host.ts';
import type { EngineReply } from '../../engine/protocol.ts';
import { answerOf } from './logic.ts';
import { probeMachine } from './machine.ts';
import type { ProbeEvent, ProbeOrder } from './protocol.ts';

/** The engine keeps to the probe's own time-out; this one is for an engine that does not answer. */
const ANSWER_MS = 1_000;

export function startProbe(host: Host, order: ProbeOrder): ActorHandle<ProbeEvent> {
  const random = host.ports.random.fork(`probe/${order.address.namespace}/${order.address.name}`);
  return host.start({
    address: order.address,
    machine: probeMachine,
    input: { limits: order.limits, once: order.once, jitter: random.float() },
    mailboxCapacity: 16,
    perform: (effect, self) => {
      switch (effect.type) {
        case 'probe.run':
          self.request(order.engine, order.request, order.timeoutMs + ANSWER_MS, (result): ProbeEvent => {
            const answer = answerOf(result as Result<EngineReply>);
            if (answer === undefined) return { type: 'probe.unanswered' };
            return { type: 'probe.answered', ok: answer.ok, message: answer.message };
          });
          return;
        case 'failure.record':
          return order.failed(effect.message);
        case 'verdict.report':
          return order.verdict(effect.ok);
        default:
          return unreachable(effect);
      }
    },
  });
}
