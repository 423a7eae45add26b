//! What Prometheus' clients tell of their process.
import type { Gauge } from '../http/metrics.ts';

export function processGauges(): readonly Gauge[] {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  const one = (name: string, help: string, type: Gauge['type'], value: number): Gauge => ({
    name,
    help,
    type,
    values: [[{}, value]],
  });
  const started = Math.round(Date.now() / 1_000 - process.uptime());
  return [
    one(
      'process_cpu_seconds_total',
      'Total user and system CPU time spent in seconds.',
      'counter',
      (user + system) / 1e6,
    ),
    one('process_resident_memory_bytes', 'Resident memory size in bytes.', 'gauge', rss),
    one('process_start_time_seconds', 'Start time of the process since unix epoch in seconds.', 'gauge', started),
    one('nodejs_heap_size_used_bytes', 'Process heap size used from Node.js in bytes.', 'gauge', heapUsed),
  ];
}
