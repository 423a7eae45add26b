//! A status as etcdctl 3.4 prints it (etcdctl/ctlv3/command/printer*.go), so that scripts read either.
import type { Status } from './decode.ts';

export const STATUS_FORMS = ['table', 'simple', 'json'] as const;
export type StatusForm = (typeof STATUS_FORMS)[number];

export function showStatus(status: Status, form: StatusForm): string {
  const cells = [status.hash.toString(16), `${status.revision}`, `${status.totalKey}`, humanBytes(status.totalSize)];
  switch (form) {
    case 'json':
      return JSON.stringify(status);
    case 'simple':
      return cells.join(', ');
    case 'table':
      return table(['HASH', 'REVISION', 'TOTAL KEYS', 'TOTAL SIZE'], cells);
  }
}

function table(head: readonly string[], cells: readonly string[]): string {
  const widths = head.map((name, i) => Math.max(name.length, cells[i]!.length));
  const line = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+`;
  const centred = head.map((name, i) => {
    const left = Math.floor((widths[i]! - name.length) / 2);
    return ` ${' '.repeat(left)}${name}${' '.repeat(widths[i]! - name.length - left)} `;
  });
  const right = cells.map((cell, i) => ` ${cell.padStart(widths[i]!)} `);
  return [line, `|${centred.join('|')}|`, line, `|${right.join('|')}|`, line].join('\n');
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
/** In powers of 1,000, one digit after the point below 10 (go-humanize's Bytes). */
export function humanBytes(bytes: number): string {
  if (bytes < 10) return `${bytes} B`;
  const power = Math.min(Math.floor(Math.log10(bytes) / 3 + 1e-12), UNITS.length - 1);
  const value = Math.floor((bytes / 1000 ** power) * 10 + 0.5) / 10;
  return `${value < 10 ? value.toFixed(1) : halfToEven(value)} ${UNITS[power]}`;
}
/** As Go rounds, unlike toFixed. */
function halfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
