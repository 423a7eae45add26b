//! The rules of the tree that a program can check. Pure: texts in, sentences out. tidy.test.ts feeds it every file.
//! A line is exempt when it, or the line before it, says why in a comment: `// tidy: the reason`.

export interface Source {
  /** From the project's folder, with slashes. */
  readonly path: string;
  readonly text: string;
}
interface Import {
  readonly line: number;
  readonly typeOnly: boolean;
  readonly from: string;
  /** The file, when it is one of ours. */
  readonly target: string | undefined;
}

const LINES_MAX = 400;
const COLUMNS_MAX = 120;
const BANNED: readonly (readonly [RegExp, string])[] = [
  [/\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|\bprocess\.hrtime\b/, 'ports.clock'],
  [/\bMath\.random\(|\brandomUUID\(|\brandomBytes\(/, 'ports.random'],
  [/(?<![.#\w])(?:setTimeout|setInterval|setImmediate|queueMicrotask)\((?!\w+: )/, 'ports.clock'],
  [/\bconsole\.\w+\(/, 'ports.logger'],
];
const NEVER: readonly (readonly [RegExp, string])[] = [
  [/\bFIXME\b|^\s*debugger\b/, 'nothing of the kind stays'],
  [/['"`(]\/(?:work|root|home\/\w+)\//, 'no path of one machine'],
];
const IO: ReadonlySet<string> = new Set(
  (
    'fs net http https http2 tls dgram dns child_process os process readline worker_threads cluster timers ' +
    'perf_hooks inspector repl tty vm'
  ).split(' '),
);
const isIo = (from: string): boolean => from.startsWith('node:') && IO.has(from.slice(5).split('/')[0] ?? '');

const isTest = (path: string): boolean => /\.(?:test|contract|child)\.ts$|\/(?:contract|rig)\.ts$/.test(path);
/** Where the world is touched. */
const isOutside = (path: string): boolean =>
  path.startsWith('scenarios/') || path.startsWith('runtime/real/') || path.includes('/edge/');
const layer = (path: string): number => ['runtime', 'actors', 'scenarios'].indexOf(path.split('/')[0] ?? '');
/** `actors/etcd`, `actors/controllers/deployment`; '' outside actors. */
export const component = (path: string): string => /^actors\/(?:controllers\/)?[^/]+(?=\/)/.exec(path)?.[0] ?? '';
const SHARED: readonly string[] = ['actors/api', 'actors/client'];
/** Which may import whom beyond protocols: they put the others together. */
const ASSEMBLES: Readonly<Record<string, RegExp>> = {
  'actors/cluster': /^actors\//,
  'actors/controllers/manager': /^actors\/controllers\//,
};

const isComment = (line: string): boolean => /^\s*(?:\/\/|\*|\/\*)/.test(line);

export function check({ path, text }: Source): string[] {
  const lines = text.split('\n');
  const errors: string[] = [];
  const excused = (i: number): boolean =>
    /\/\/ tidy: \S/.test(lines[i] ?? '') || /\/\/ tidy: \S/.test(lines[i - 1] ?? '');
  const complain = (i: number, what: string): void => {
    if (!excused(i)) errors.push(`${path}:${i + 1}: ${what}`);
  };
  if (lines.length > LINES_MAX + 1 && !isTest(path)) complain(0, `${lines.length} lines, at most ${LINES_MAX}`);
  const strict = !isTest(path) && !isOutside(path);
  lines.forEach((line, i) => {
    // The formatter wraps code; a long string or pattern that it leaves whole is easier to read whole.
    if (line.length > COLUMNS_MAX && isComment(line)) complain(i, `over ${COLUMNS_MAX} columns`);
    for (const [pattern, why] of NEVER) if (pattern.test(line)) complain(i, why);
    if (!strict || isComment(line)) return;
    for (const [pattern, use] of BANNED) {
      const found = pattern.exec(line);
      if (found) complain(i, `${found[0]} is banned here, use ${use}`);
    }
  });
  for (const found of imports({ path, text })) checkImport(path, found, (what) => complain(found.line, what));
  return errors;
}

function checkImport(path: string, { from, target }: Import, complain: (what: string) => void): void {
  if (isTest(path)) return;
  if (!isOutside(path) && isIo(from)) complain(`${from} is for runtime/real and edges`);
  if (path.endsWith('/logic.ts') && target === undefined) complain(`logic imports no library: ${from}`);
  if (target === undefined) return;
  if (layer(target) > layer(path)) complain(`imports up into ${target}`);
  if (!isOutside(path) && target.startsWith('runtime/real/')) complain(`only edges know ${target}`);
  const [mine, theirs] = [component(path), component(target)];
  if (mine === '' || theirs === '' || mine === theirs || SHARED.includes(theirs)) {
    if (mine === 'actors/api' && theirs === 'actors/client') complain('actors/api does not know actors/client');
    return;
  }
  if (target.endsWith('/protocol.ts') || ASSEMBLES[mine]?.test(target)) return;
  complain(`of another component only its protocol.ts: ${target}`);
}

export function imports({ path, text }: Source): Import[] {
  const found: Import[] = [];
  const pattern = /^(?:import|export) (type )?[^;'"]*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm;
  for (const match of text.matchAll(pattern)) {
    const from = match[2] ?? match[3] ?? match[4] ?? '';
    found.push({
      line: text.slice(0, match.index).split('\n').length - 1,
      // What is imported when it is needed cannot be a cycle at load.
      typeOnly: match[1] !== undefined || match[4] !== undefined,
      from,
      target: from.startsWith('.') ? resolve(path, from) : undefined,
    });
  }
  return found;
}

function resolve(path: string, from: string): string {
  const parts = path.split('/').slice(0, -1);
  for (const part of from.split('/'))
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  return parts.join('/');
}

/** Files that need each other to load, each cycle once, as `a → b → a`. */
export function cycles(sources: readonly Source[]): string[] {
  const graph = new Map<string, readonly string[]>();
  for (const source of sources) {
    const needed = imports(source).flatMap(({ typeOnly, target }) =>
      typeOnly || target === undefined ? [] : [target],
    );
    graph.set(source.path, needed);
  }
  const found: string[] = [];
  const finished = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) {
      found.push([...trail.slice(at), path].join(' → '));
      return;
    }
    if (finished.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    finished.add(path);
  };
  for (const path of [...graph.keys()].sort()) visit(path, []);
  return found;
}
