//! Lets `orrery trace` look into a cluster that lives in one process.
import type { Host } from '../../../runtime/host.ts';
import { follow } from './follow.ts';
import type { Word } from './local-socket.ts';

/** A viewer that does not read loses records instead of filling our memory. */
const BACKLOG_BYTES = 8 * 1024 * 1024;

/** Each record is a line of JSON. */
export const traceWord =
  (host: Host): Word =>
  ({ pattern = '*' }, socket, id) =>
    follow(host.ports.bus, host.ports.clock, host.cluster, id, String(pattern), (record) => {
      if (socket.writableLength < BACKLOG_BYTES) socket.write(`${JSON.stringify(record)}\n`);
    });
