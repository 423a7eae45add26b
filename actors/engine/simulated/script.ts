//! A very small shell, for what people put into test pods: `echo ready; sleep 5; exit 1`, `while true; do …; done`.
//! Known: echo, sleep, exit, true, false, touch, rm, cat, test, trap, hostname, env; `;`, newline, `&&`, `||`, `>
//! file`, while.
//! What it does not know succeeds at once.

export interface Shell {
  readonly files: Map<string, string>;
  readonly env: Readonly<Record<string, string>>;
  readonly hostname: string;
  /** What `trap` says for TERM. */
  trap?: string;
  print(text: string): void;
  complain(text: string): void;
}
type Joined = ';' | '&&' | '||';
type Command =
  | { readonly kind: 'simple'; readonly words: readonly string[]; readonly to?: string; readonly after: Joined }
  | {
      readonly kind: 'while';
      readonly when: readonly Command[];
      readonly body: readonly Command[];
      readonly after: Joined;
    };

/** A loop that never sleeps would stop the world. */
const LOOP_MS = 100;
export const FOREVER = Number.POSITIVE_INFINITY;
const SLEEP_UNITS: Readonly<Record<string, number>> = { '': 1_000, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

class Exit {
  readonly code: number;
  constructor(code: number) {
    this.code = code;
  }
}

/** Yields how long to wait; returns the exit code. */
export function* runScript(text: string, shell: Shell): Generator<number, number> {
  try {
    return yield* runAll(parse(tokenize(text)), shell);
  } catch (exit) {
    if (exit instanceof Exit) return exit.code;
    throw exit;
  }
}
/** Yields how long to wait; returns the exit code. `sh -c` is looked into. */
export function* runCommand(argv: readonly string[], shell: Shell): Generator<number, number> {
  const script = scriptIn(argv);
  if (script !== undefined) return yield* runScript(script, shell);
  try {
    return yield* runSimple(argv, shell);
  } catch (exit) {
    if (exit instanceof Exit) return exit.code;
    throw exit;
  }
}
/** What `sh -c` is given. */
export function scriptIn(argv: readonly string[]): string | undefined {
  const shell = argv[0]?.split('/').at(-1);
  if (shell === undefined || !['sh', 'bash', 'ash', 'dash'].includes(shell)) return undefined;
  const flag = argv.findIndex((word, i) => i > 0 && /^-[a-z]*c$/.test(word));
  return flag < 0 ? undefined : argv[flag + 1];
}

function* runAll(commands: readonly Command[], shell: Shell): Generator<number, number> {
  let code = 0;
  let joined: Joined = ';';
  for (const command of commands) {
    const skip = (joined === '&&' && code !== 0) || (joined === '||' && code === 0);
    if (!skip) code = yield* runOne(command, shell);
    joined = command.after;
  }
  return code;
}
function* runOne(command: Command, shell: Shell): Generator<number, number> {
  if (command.kind === 'simple') return yield* runSimple(command.words, shell, command.to);
  for (;;) {
    if ((yield* runAll(command.when, shell)) !== 0) return 0;
    let slept = false;
    const body = runAll(command.body, shell);
    for (let step = body.next(); !step.done; step = body.next()) {
      slept = true;
      yield step.value;
    }
    if (!slept) yield LOOP_MS;
  }
}
function* runSimple(raw: readonly string[], shell: Shell, to?: string): Generator<number, number> {
  const words = raw.map((word) => expand(word, shell));
  const [name, ...args] = words;
  const print = (text: string): void => {
    if (to === undefined) shell.print(text);
    else if (!to.startsWith('/dev/')) shell.files.set(to, text);
  };
  switch (name?.split('/').at(-1)) {
    case 'echo':
      print(args.filter((word) => word !== '-e' && word !== '-n').join(' '));
      return 0;
    case 'printf':
      print((args[0] ?? '').replaceAll('\\n', '\n').trimEnd());
      return 0;
    case 'sleep':
      yield sleepMs(args[0] ?? '0');
      return 0;
    case 'exit':
      throw new Exit(Number(args[0] ?? 0) & 255);
    case 'false':
      return 1;
    case 'kill':
      throw new Exit(137);
    case 'touch':
      for (const path of args) shell.files.set(path, shell.files.get(path) ?? '');
      return 0;
    case 'rm':
      for (const path of args) shell.files.delete(path);
      return 0;
    case 'cat':
      for (const path of args) {
        const content = shell.files.get(path);
        if (content === undefined) {
          shell.complain(`cat: can't open '${path}': No such file or directory`);
          return 1;
        }
        if (content !== '') print(content.replace(/\n$/, ''));
      }
      return 0;
    case 'test':
    case '[':
      return test(args, shell) ? 0 : 1;
    case 'hostname':
      print(shell.hostname);
      return 0;
    case 'env':
    case 'printenv':
      for (const [key, value] of Object.entries(shell.env)) print(`${key}=${value}`);
      return 0;
    case 'trap':
      if (args.some((word) => word === 'TERM' || word === 'SIGTERM' || word === '15')) shell.trap = args[0] ?? '';
      return 0;
    case 'tail':
    case 'wait':
      yield FOREVER;
      return 0;
    default:
      return 0;
  }
}
function test(args: readonly string[], shell: Shell): boolean {
  const [first = '', second = '', third = ''] = args;
  if (first === '!') return !test(args.slice(1), shell);
  if (/^-[efsr]$/.test(first)) return shell.files.has(second);
  if (first === '-n') return second !== '';
  if (first === '-z') return second === '';
  if (second === '=' || second === '==') return first === third;
  if (second === '!=') return first !== third;
  return first !== '' && first !== ']';
}
export function sleepMs(text: string): number {
  if (text === 'infinity' || text === 'inf') return FOREVER;
  const match = /^([0-9.]+)([smhd]?)$/.exec(text);
  return match === null ? 0 : Math.round(Number(match[1]) * (SLEEP_UNITS[match[2] ?? ''] ?? 1_000));
}
const expand = (word: string, shell: Shell): string =>
  word
    .replace(/\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?/g, (_, name: string) => shell.env[name] ?? '')
    .replace(/\$\(hostname\)/g, shell.hostname);

/** Words, with `;`, newline, `&`, `&&`, `||` and `>` as words of their own; quotes are taken off. */
function tokenize(text: string): readonly string[] {
  const tokens: string[] = [];
  const shape = /\s*(?:(\n|;|&&|\|\||&|2?>>?&?[0-9]?)|((?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|\$\([^)]*\)|[^\s;&|>'"])+))/gy;
  for (;;) {
    // Newlines end commands, so they are not skipped with other white space.
    const rest = text.slice(shape.lastIndex);
    const space = /^[ \t\r]*/.exec(rest)![0].length;
    shape.lastIndex += space;
    if (text[shape.lastIndex] === '\n') {
      tokens.push(';');
      shape.lastIndex += 1;
      continue;
    }
    const at = shape.lastIndex;
    const match = shape.exec(text);
    if (match === null) {
      if (at >= text.length) return tokens;
      shape.lastIndex = at + 1; // a sign that it does not know: a pipe, say
      continue;
    }
    if (match[1] !== undefined) tokens.push(match[1] === '\n' || match[1] === '&' ? ';' : match[1]);
    else tokens.push(unquote(match[2] ?? ''));
  }
}
const unquote = (word: string): string =>
  word.replace(/'([^']*)'|"((?:\\.|[^"\\])*)"/g, (_, single?: string, double?: string) =>
    single !== undefined ? single : (double ?? '').replace(/\\(["\\$`])/g, '$1'),
  );

function parse(tokens: readonly string[]): readonly Command[] {
  let at = 0;
  const until = (ends: readonly string[]): readonly Command[] => {
    const commands: Command[] = [];
    while (at < tokens.length && !ends.includes(tokens[at]!)) {
      if (tokens[at] === ';') {
        at++;
        continue;
      }
      commands.push(one(ends));
    }
    return commands;
  };
  const joint = (): Joined => {
    const token = tokens[at];
    if (token !== '&&' && token !== '||') return ';';
    at++;
    return token;
  };
  const one = (ends: readonly string[]): Command => {
    if (tokens[at] === 'while') {
      at++;
      const when = until(['do']);
      at++;
      const body = until(['done']);
      at++;
      return { kind: 'while', when, body, after: joint() };
    }
    const words: string[] = [];
    let to: string | undefined;
    while (at < tokens.length && !['&&', '||', ';'].includes(tokens[at]!)) {
      const token = tokens[at++]!;
      if (/^2?>>?(&[0-9])?$/.test(token)) {
        const target = token.includes('&') ? undefined : tokens[at++];
        if (!token.startsWith('2') && target !== undefined) to = target;
      } else if (!(ends.includes(token) && words.length === 0)) words.push(token);
    }
    // `:` and an empty command do nothing.
    const command = words[0] === ':' ? ['true'] : words;
    return { kind: 'simple', words: command, ...(to === undefined ? {} : { to }), after: joint() };
  };
  return until([]);
}
