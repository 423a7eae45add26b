//! Fields given twice in a JSON text, which JSON.parse forgets: `spec.replicas`, `spec.containers[0].name`.

/** The text must be valid JSON (parse it first). */
export function duplicateFields(text: string): readonly string[] {
  const found: string[] = [];
  /** One entry an open brace or bracket: the keys seen and the step taken. */
  const seen: (Set<string> | undefined)[] = [];
  const steps: (string | number)[] = [];
  let expectsKey = false;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case QUOTE: {
        const end = stringEnd(text, i);
        if (expectsKey) {
          const raw = text.slice(i + 1, end);
          const key = raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
          const keys = seen.at(-1);
          steps[steps.length - 1] = key;
          if (keys?.has(key)) found.push(pathOf(steps));
          else keys?.add(key);
          expectsKey = false;
        }
        i = end;
        break;
      }
      case OPEN_BRACE:
        seen.push(new Set());
        steps.push('');
        expectsKey = true;
        break;
      case OPEN_BRACKET:
        seen.push(undefined);
        steps.push(0);
        expectsKey = false;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        seen.pop();
        steps.pop();
        expectsKey = false;
        break;
      case COMMA:
        if (seen.at(-1) !== undefined) expectsKey = true;
        else steps[steps.length - 1] = (steps.at(-1) as number) + 1;
        break;
    }
  }
  return found;
}
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

function stringEnd(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end > 0) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  return text.length;
}
const pathOf = (steps: readonly (string | number)[]): string =>
  steps.reduce<string>(
    (path, step) => (typeof step === 'number' ? `${path}[${step}]` : path === '' ? step : `${path}.${step}`),
    '',
  );
