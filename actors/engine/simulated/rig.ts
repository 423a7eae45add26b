//! For tests: a simulated engine in a world, asked as a kubelet would.
import { address, inbox } from '../../../runtime/address.ts';
import type { Result } from '../../../runtime/fault.ts';
import type { Message } from '../../../runtime/ports.ts';
import { World } from '../../../runtime/sim/world.ts';
import { openReader } from '../../../runtime/stream.ts';
import { opened } from '../../../runtime/task.ts';
import type { EngineUnderTest } from '../contract.ts';
import type { EngineEvent, EngineReply, EngineRequest, LogOptions } from '../protocol.ts';
import { type SimulatedEngineOptions, startSimulatedEngine } from './index.ts';
import type { SimulationReply, SimulationRequest } from './protocol.ts';

export class SimulatedRig implements EngineUnderTest {
  readonly world: World;
  exits: EngineEvent[] = [];
  readonly #engine;
  readonly #kubelet;
  constructor(options: Partial<SimulatedEngineOptions> = {}, seed = 1) {
    this.world = new World({ seed });
    this.#engine = inbox(this.world.cluster, address('engine', '', 'node-1'));
    this.#kubelet = inbox(this.world.cluster, address('kubelet', '', 'node-1'));
    const node = { node: 'node-1', nodeIp: '10.0.0.1', podCidr: '10.244.1.0/24' };
    startSimulatedEngine(this.world.host('h1'), { ...node, cpuMilli: 4_000, memoryBytes: 2 ** 33, ...options });
    this.world.bus.subscribe(this.#kubelet, ({ message }) => void this.exits.push(message as EngineEvent));
  }
  now(request: EngineRequest | SimulationRequest): Result<EngineReply | SimulationReply> {
    let answer: Result<Message> | undefined;
    this.world.bus.request(this.#engine, request, 60_000, (result) => {
      answer = opened(result);
    });
    this.world.until(`an answer to ${request.type}`, () => answer !== undefined);
    return answer as Result<EngineReply | SimulationReply>;
  }
  async ask(request: EngineRequest): Promise<Result<EngineReply>> {
    return this.now(request) as Result<EngineReply>;
  }
  async attach(): Promise<Extract<EngineReply, { type: 'engine.attached' }>> {
    this.exits.length = 0;
    const result = this.now({ type: 'engine.attach', subscriber: this.#kubelet });
    if (!result.ok || result.value.type !== 'engine.attached') throw new Error('the engine does not answer');
    return result.value;
  }
  async until<T>(what: string, look: () => T | undefined): Promise<T> {
    this.world.until(what, () => look() !== undefined);
    return look()!;
  }
  async logs(id: string, options: LogOptions): Promise<string> {
    let text = '';
    let over = false;
    const { bus, clock, cluster } = this.world;
    const decoder = new TextDecoder();
    const reader = openReader(bus, clock, cluster, `log-${clock.now()}`, {
      onData: (bytes) => {
        text += decoder.decode(bytes, { stream: true });
      },
      onEnd: () => {
        over = true;
      },
    });
    this.now({ type: 'container.logs', id, stream: reader.subject, options });
    this.world.until('the end of the log', () => over);
    return text;
  }
  async close(): Promise<void> {
    this.world.crash('h1');
  }
}
