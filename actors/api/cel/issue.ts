//! What is wrong with an expression, in the words and the shape of cel-go.

export interface Issue {
  /** Offset in the text. */
  readonly at: number;
  readonly message: string;
}

/** ```
 * ERROR: <input>:1:7: undefined field 'replicas'
 *  | object.replicas > 1
 *  | ......^
 * ``` */
export function textOfIssues(source: string, issues: readonly Issue[]): string {
  return issues.map((issue) => textOfIssue(source, issue)).join('\n');
}
function textOfIssue(source: string, { at, message }: Issue): string {
  const before = source.slice(0, at);
  const line = before.split('\n').length;
  const start = before.lastIndexOf('\n') + 1;
  const end = source.indexOf('\n', start);
  const snippet = source.slice(start, end < 0 ? source.length : end).replaceAll('\t', ' ');
  const column = [...source.slice(start, at)].length;
  return `ERROR: <input>:${line}:${column + 1}: ${message}\n | ${snippet}\n | ${'.'.repeat(column)}^`;
}
/** Thrown by the reader of the syntax at the first thing that it cannot read. */
export class SyntaxIssue extends Error {
  readonly at: number;
  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}
