//! Short hashes that tell versions of one workload apart, in labels and in names.

/** Stable: the same value and the same count of collisions give the same text. */
export const hashOf = (value: unknown, collisions: number): string =>
  safe(String(fnv32a(canonical(value) + (collisions > 0 ? `\n${collisions}` : ''))));

function fnv32a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
// Without vowels and look-alikes, so that no word comes out (k8s.io/apimachinery util/rand).
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const safe = (text: string): string => [...text].map((char) => ALPHABET[char.charCodeAt(0) % ALPHABET.length]).join('');
/** JSON with sorted keys; what is absent and what is null are the same. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined && field !== null)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`);
  return `{${fields.join()}}`;
}
