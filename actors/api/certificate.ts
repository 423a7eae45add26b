//! X.509 certificates, read: until when they are good.
import { type Element, element, elements } from './der.ts';

const PEM = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----/g;
const VERSION = 0xa0;
const UTC_TIME = 0x17;

/** The latest end of those in a chain, in ms since the epoch; undefined: none can be read. */
export function goodUntil(pem: string): number | undefined {
  let last: number | undefined;
  for (const [, body = ''] of pem.matchAll(PEM)) {
    const end = endOf(Buffer.from(body, 'base64'));
    if (end !== undefined) last = Math.max(last ?? end, end);
  }
  return last;
}
function endOf(bytes: Uint8Array): number | undefined {
  const whole = element(bytes, 0);
  const body = whole && element(whole.content, 0);
  if (body === undefined) return undefined;
  const parts = elements(body.content);
  const validity = parts[parts[0]?.tag === VERSION ? 4 : 3];
  const [, end] = validity === undefined ? [] : elements(validity.content);
  return end && timeOf(end);
}
/** `261231235959Z`, `20561231235959Z` */
function timeOf({ tag, content }: Element): number | undefined {
  const text = Buffer.from(content).toString();
  const full = tag === UTC_TIME ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text;
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full) ?? [];
  if (second === undefined) return undefined;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
