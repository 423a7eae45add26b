//! port-forward over SPDY (plain or in a WebSocket): a pair of streams a TCP connection, joined by `requestid`
//! (pkg/kubelet portforward/httpstream.go).
import type { Duplex } from '../../../../runtime/duplex.ts';
import type { Stop } from '../../../../runtime/ports.ts';
import type { PodOnNode } from '../../http/connect/target.ts';
import type { Api } from '../../index.ts';
import { dialPod } from './line.ts';
import { type Carrier, SpdyConnection, type SpdyStream, type StreamEvents } from './spdy/connection.ts';

export const FORWARD_PROTOCOL = 'portforward.k8s.io';
export const TUNNEL_PROTOCOL = 'SPDY/3.1+portforward.k8s.io';
const NOTHING: StreamEvents = { onData: (_, taken) => taken(), onEnd: () => {}, onDrain: () => {}, onGone: () => {} };

export function forwardPorts(api: Api, pod: PodOnNode, carrier: Carrier): SpdyConnection {
  /** Error streams whose data stream is not there yet. */
  const errors = new Map<string, SpdyStream>();
  const connection: SpdyConnection = new SpdyConnection(carrier, {
    onStream: (stream) => {
      const type = stream.headers.get('streamtype') ?? '';
      const port = Number(stream.headers.get('port'));
      if (!Number.isInteger(port) || port < 1 || port > 65_535) return `port ${port} is no port`;
      // Old clients name no request: they open the error stream right before the data stream.
      const own = stream.headers.get('requestid');
      if (type === 'error') {
        errors.set(own ?? String(stream.id), stream);
        return NOTHING;
      }
      if (type !== 'data') return `no stream ${type} was expected`;
      const id = own ?? String(stream.id - 2);
      const error = errors.get(id);
      if (error === undefined) return 'its error stream comes first';
      errors.delete(id);
      return forward(api, pod, port, stream, error);
    },
  });
  return connection;
}

/** `error` ends last, with what went wrong when something did. */
export function forward(
  api: Api,
  pod: PodOnNode,
  port: number,
  data: Pick<SpdyStream, 'write' | 'end' | 'reset'>,
  error: Pick<SpdyStream, 'end'>,
): StreamEvents {
  let line: Duplex | undefined;
  let over = false;
  let ended = false;
  const early: (() => void)[] = [];
  let held = 0;
  const waiting: (() => void)[] = [];
  const finish = (why?: string): void => {
    if (over) return;
    over = true;
    for (const taken of waiting.splice(0)) taken();
    if (why === undefined) {
      data.end();
      error.end();
      return;
    }
    const message = `error forwarding port ${port} to pod ${pod.podUid}, uid : ${why}`;
    error.end(Buffer.from(message));
    data.reset();
  };
  const cancel: Stop = dialPod(
    api,
    pod,
    port,
    {
      onData: (bytes) => {
        if (data.write(bytes) && line !== undefined) line.taken(bytes.length);
        else held += bytes.length;
      },
      onEnd: () => data.end(),
      onDrain: () => {
        for (const taken of waiting.splice(0)) taken();
      },
      onClosed: (fault) => finish(fault?.message),
    },
    (result) => {
      if (!result.ok) return finish(result.fault.message);
      line = result.value;
      line.taken(held);
      held = 0;
      for (const run of early.splice(0)) run();
      if (ended) line.end();
    },
  );
  return {
    onData: (bytes, taken) => {
      const run = (): void => {
        if (over || line === undefined) taken();
        else if (line.write(bytes)) taken();
        else waiting.push(taken);
      };
      if (line === undefined && !over) early.push(run);
      else run();
    },
    onEnd: () => {
      ended = true;
      line?.end();
    },
    onDrain: () => {
      line?.taken(held);
      if (line !== undefined) held = 0;
    },
    onGone: () => {
      if (over) return;
      over = true;
      for (const taken of waiting.splice(0)) taken();
      cancel();
      line?.abort();
      error.end();
    },
  };
}
