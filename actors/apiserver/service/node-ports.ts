//! Node ports of one write: those that are named and those that are drawn (alloc.go initNodePorts, updateNodePorts).
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { invalid as invalidField } from '../../api/field-error.ts';
import { type Json, type JsonObject, listOf, numberOf, objectOf } from '../../api/json.ts';
import { internalError, invalid } from '../../api/status.ts';
import { isBalanced, needsHealthCheck } from '../../api/validation/service/fields.ts';
import { prefixEnd } from '../../etcd/protocol.ts';
import { type Call, type Engine, refuse } from '../verbs/engine.ts';
import { heldBy, nodePortOf, PORT_KEYS, portKey, portOfKey } from './held.ts';
import { drawPort, isNodePort, NODE_PORTS } from './ports.ts';

export const SERVICE_KIND = { group: '', kind: 'Service' } as const;
export const PORT_TAKEN = 'provided port is already allocated';
const OUT_OF_RANGE = `provided port is not in the valid range. The range of valid ports is ${NODE_PORTS.first}-${NODE_PORTS.last}`;
/** A dry run draws nothing: it shows numbers that no node port has. */
const PRETENDED = NODE_PORTS.last + 1;

const hasPorts = (spec: JsonObject): boolean => spec['type'] === 'NodePort' || isBalanced(spec);
const draws = (spec: JsonObject): boolean =>
  spec['type'] === 'NodePort' || (isBalanced(spec) && spec['allocateLoadBalancerNodePorts'] === true);

/** `avoid`: keys that turned out to be somebody's. */
export class NodePorts {
  readonly #engine: Engine;
  readonly #call: Call;
  readonly #name: string;
  readonly #avoid: ReadonlySet<string>;
  readonly #mine = new Set<number>();
  #others: Set<number> | undefined;
  constructor(engine: Engine, call: Call, name: string, avoid: ReadonlySet<string>) {
    this.#engine = engine;
    this.#call = call;
    this.#name = name;
    this.#avoid = avoid;
  }

  *created(spec: JsonObject): Task<Result<JsonObject>> {
    if (!hasPorts(spec)) return yield* this.#checked(spec);
    const ports = listOf(spec['ports']).map(objectOf);
    const byPort = new Map<number, number>();
    const done: Json[] = [];
    for (const [i, port] of ports.entries()) {
      const own = nodePortOf(port);
      const number = numberOf(port['port']);
      // One number serves TCP and UDP of the same port.
      const twin = byPort.get(number);
      let nodePort = own;
      if (own === 0 && !draws(spec)) {
        done.push(port);
        continue;
      }
      if (twin === undefined) {
        const asked =
          own ||
          ports
            .slice(i)
            .map((one) => (one['port'] === number ? nodePortOf(one) : 0))
            .find(Boolean) ||
          0;
        const got = asked === 0 ? yield* this.#next() : yield* this.#named(asked, i);
        if (!got.ok) return got;
        nodePort = got.value;
        byPort.set(number, nodePort);
      } else if (own === 0) nodePort = twin;
      else if (own !== twin) {
        const got = yield* this.#named(own, i);
        if (!got.ok) return got;
      }
      done.push({ ...port, nodePort });
    }
    return yield* this.#checked(spec['ports'] === undefined ? spec : { ...spec, ports: done });
  }

  *updated(spec: JsonObject, before: JsonObject): Task<Result<JsonObject>> {
    const had = heldBy({ spec: before }).ports;
    let next = spec;
    if (hasPorts(spec) && spec['ports'] !== undefined) {
      const done: Json[] = [];
      for (const [i, one] of listOf(spec['ports']).entries()) {
        const port = objectOf(one);
        const own = nodePortOf(port);
        if (own === 0 && draws(spec)) {
          const got = yield* this.#next();
          if (!got.ok) return got;
          done.push({ ...port, nodePort: got.value });
          continue;
        }
        if (own !== 0 && !had.includes(own) && !this.#mine.has(own)) {
          const got = yield* this.#named(own, i);
          if (!got.ok) return got;
        }
        done.push(port);
      }
      next = { ...spec, ports: done };
    }
    return needsHealthCheck(before) ? ok(next) : yield* this.#checked(next);
  }

  /** With the port at which a load balancer asks a node whether it has endpoints. */
  *#checked(spec: JsonObject): Task<Result<JsonObject>> {
    if (!needsHealthCheck(spec)) return ok(spec);
    const own = numberOf(spec['healthCheckNodePort']);
    if (own === 0) {
      const got = yield* this.#next();
      return got.ok ? ok({ ...spec, healthCheckNodePort: got.value }) : got;
    }
    const wrong = yield* this.#take(own);
    if (!wrong.ok) return wrong;
    if (wrong.value === undefined) return ok(spec);
    // kube-apiserver answers 500 here; what a client has asked for is the client's fault.
    const detail = `failed to allocate requested HealthCheck NodePort ${own}: ${wrong.value}`;
    return this.#refused('spec.healthCheckNodePort', own, detail);
  }
  *#named(port: number, index: number): Task<Result<number>> {
    const wrong = yield* this.#take(port);
    if (!wrong.ok) return wrong;
    return wrong.value === undefined ? ok(port) : this.#refused(`spec.ports[${index}].nodePort`, port, wrong.value);
  }
  /** Undefined: it is this write's now. */
  *#take(port: number): Task<Result<string | undefined>> {
    if (!this.#call.request.options.dryRun && !isNodePort(port)) return ok(OUT_OF_RANGE);
    if (this.#mine.has(port)) return ok(PORT_TAKEN);
    const there = yield* this.#engine.store.get(portKey(port), this.#call.deadline);
    if (!there.ok) return there;
    if (there.value !== undefined) return ok(PORT_TAKEN);
    this.#mine.add(port);
    return ok(undefined);
  }
  *#next(): Task<Result<number>> {
    if (this.#call.request.options.dryRun) {
      const port = this.#mine.size === 0 ? PRETENDED + 1 : Math.max(...this.#mine) + 1;
      this.#mine.add(port);
      return ok(port);
    }
    const others = yield* this.#taken();
    if (!others.ok) return others;
    const port = drawPort(this.#engine.random, new Set([...others.value, ...this.#mine]));
    if (port === undefined) return refuse(internalError('failed to allocate a nodePort: range is full'));
    this.#mine.add(port);
    return ok(port);
  }
  /** Drawn blindly at first; what is taken is read once a draw was lost. */
  *#taken(): Task<Result<Set<number>>> {
    if (this.#others === undefined) {
      const lost = [...this.#avoid].flatMap((key) => portOfKey(key) ?? []);
      this.#others = new Set(lost);
      if (lost.length > 0) {
        const read = yield* this.#engine.store.range(PORT_KEYS, prefixEnd(PORT_KEYS), this.#call.deadline);
        if (!read.ok) return read;
        for (const { key } of read.value.kvs) this.#others.add(portOfKey(key)!);
      }
    }
    return ok(this.#others);
  }
  #refused(field: string, value: number, detail: string): Extract<Result<never>, { ok: false }> {
    return refuse(invalid(SERVICE_KIND, this.#name, [invalidField(field, value, detail)]));
  }
}
