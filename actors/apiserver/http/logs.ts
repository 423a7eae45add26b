//! A pod's log: asked of the kubelet of its node, which writes to a stream of ours.
import { address, inbox } from '../../../runtime/address.ts';
import { type Fault, ok, type Result } from '../../../runtime/fault.ts';
import type { Message, Stop } from '../../../runtime/ports.ts';
import { uuid } from '../../../runtime/random.ts';
import { openReader, type Reader } from '../../../runtime/stream.ts';
import { ask, type Task } from '../../../runtime/task.ts';
import { badRequest, notFound, statusOf } from '../../api/status.ts';
import { parseTime } from '../../api/time.ts';
import type { Status } from '../../api/types/meta.ts';
import type { Pod } from '../../api/types/pod.ts';
import { lookup } from '../admission/lookup.ts';
import type { Api } from '../index.ts';
import type { KubeletRequest } from '../protocol.ts';
import { type Call, type Engine, refuse } from '../verbs/engine.ts';
import { containerOf } from './connect/container.ts';
import { type Responder, UNREAD_MAX } from './message.ts';
import { isTrue } from './query.ts';

const ANSWER_MS = 10_000;
type LogsRequest = Extract<KubeletRequest, { type: 'kubelet.logs' }>;
type Wanted = Omit<LogsRequest, 'stream'>;

export function serveLogs(
  api: Api,
  call: Call,
  query: URLSearchParams,
  responder: Responder,
  refused: (status: Status) => void,
  over: () => void,
): Stop {
  const { engine, host } = api;
  let begun = false;
  let ended = false;
  let reader: Reader | undefined;
  const begin = (): void => {
    if (begun) return;
    begun = true;
    responder.head(200, { 'content-type': 'text/plain' });
  };
  const end = (fault?: Fault): void => {
    if (ended) return;
    ended = true;
    reader?.cancel();
    if (fault !== undefined && !begun) refused(statusOf(fault));
    else {
      begin();
      responder.end();
    }
    over();
  };
  const cancel = api.run(wantedOf(engine, call, query), (wanted) => {
    if (ended) return;
    if (!wanted.ok) return end(wanted.fault);
    if (wanted.value === undefined) return end();
    const id = `logs-${uuid(engine.random)}`;
    reader = openReader(host.ports.bus, engine.clock, engine.cluster, id, {
      onData: (bytes) => {
        begin();
        responder.write(bytes);
        if (responder.waiting > UNREAD_MAX) end();
      },
      onEnd: (fault) => {
        reader = undefined;
        end(fault);
      },
    });
    const { node, request } = wanted.value;
    const to = inbox(engine.cluster, address('kubelet', '', node));
    api.run(ask<Message>(to, { ...request, stream: reader.subject } as Message, ANSWER_MS), (answer) => {
      if (!answer.ok) return end(answer.fault);
      if (!ended && request.options.follow) begin();
    });
  });
  return () => {
    if (ended) return;
    ended = true;
    cancel();
    reader?.cancel();
    over();
  };
}

/** Undefined: it has no node yet, and so no log. */
function* wantedOf(
  engine: Engine,
  call: Call,
  query: URLSearchParams,
): Task<Result<{ readonly node: string; readonly request: Wanted } | undefined>> {
  const { info, request } = call;
  const found = yield* lookup<Pod>(engine, info.storage, request.namespace, request.name, call.deadline);
  if (!found.ok) return found;
  const pod = found.value;
  if (pod === undefined) return refuse(notFound(info, request.name));
  const container = containerOf(pod, query.get('container') ?? '');
  if (!container.ok) return container;
  const options = optionsOf(query, engine.clock.now());
  if (!options.ok) return options;
  const node = pod.spec.nodeName ?? '';
  if (node === '') return ok(undefined);
  return ok({
    node,
    request: {
      type: 'kubelet.logs',
      namespace: request.namespace,
      name: request.name,
      podUid: pod.metadata.uid,
      container: container.value,
      previous: isTrue(query.get('previous')),
      options: options.value,
    },
  });
}

type LogOptions = LogsRequest['options'];
function optionsOf(query: URLSearchParams, nowMs: number): Result<LogOptions> {
  const numbers: Record<string, number> = {};
  for (const name of ['tailLines', 'sinceSeconds', 'limitBytes']) {
    const text = query.get(name);
    if (text === null || text === '') continue;
    if (!/^\d{1,15}$/.test(text) || (name !== 'tailLines' && Number(text) < 1))
      return refuse(badRequest(`${name}: Invalid value: ${JSON.stringify(text)}: must be a number greater than 0`));
    numbers[name] = Number(text);
  }
  const time = query.get('sinceTime');
  const since = time ? parseTime(time) : undefined;
  if (time && since === undefined) return refuse(badRequest(`sinceTime: Invalid value: ${JSON.stringify(time)}`));
  if (since !== undefined && numbers['sinceSeconds'] !== undefined)
    return refuse(badRequest('at most one of `sinceTime` or `sinceSeconds` may be specified'));
  const sinceMs =
    since ?? (numbers['sinceSeconds'] === undefined ? undefined : nowMs - numbers['sinceSeconds'] * 1_000);
  return ok({
    follow: isTrue(query.get('follow')),
    timestamps: isTrue(query.get('timestamps')),
    ...(numbers['tailLines'] === undefined ? {} : { tailLines: numbers['tailLines'] }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(numbers['limitBytes'] === undefined ? {} : { limitBytes: numbers['limitBytes'] }),
  });
}
