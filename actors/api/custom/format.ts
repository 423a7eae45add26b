//! Formats that a structural schema may name (kube-openapi pkg/validation/strfmt), as far as servers enforce them.
import { parseTime } from '../time.ts';

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;
const isIpv6 = (text: string): boolean => {
  try {
    return text.includes(':') && new URL(`http://[${text}]/`).hostname !== '';
  } catch {
    return false;
  }
};
const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  'date-time': (text) => text.includes('T') && parseTime(text) !== undefined,
  date: (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && parseTime(`${text}T00:00:00Z`) !== undefined,
  byte: (text) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text),
  uuid: (text) => UUID.test(text),
  ipv4: (text) => IPV4.test(text),
  ipv6: isIpv6,
  ip: (text) => IPV4.test(text) || isIpv6(text),
  cidr: (text) => {
    const [address = '', bits = '', ...more] = text.split('/');
    const max = IPV4.test(address) ? 32 : isIpv6(address) ? 128 : -1;
    return more.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= max;
  },
  mac: (text) => /^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i.test(text),
  email: (text) => /^[^@\s]+@[^@\s]+$/.test(text),
  hostname: (text) =>
    text.length <= 255 && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i.test(text),
  uri: (text) => URL.canParse(text),
};
/** Whether the text is not of the format; unknown formats are words only. */
export const formatFault = (format: string, text: string): boolean => FORMATS[format]?.(text) === false;
