//! Levels and versions of the Pod Security Standards, as labels of a namespace name them (k8s.io/pod-security-admission
//! api).
import { type FieldError, invalid } from '../field-error.ts';

export type Level = 'privileged' | 'baseline' | 'restricted';
export type Mode = 'enforce' | 'audit' | 'warn';
/** From lax to strict. */
const LEVELS: readonly Level[] = ['privileged', 'baseline', 'restricted'];
const PREFIX = 'pod-security.kubernetes.io/';
const LATEST = 'latest';

export interface LevelVersion {
  readonly level: Level;
  /** The minor of `v1.<minor>`; undefined: the latest. */
  readonly minor?: number;
}
export type Policy = Readonly<Record<Mode, LevelVersion>>;

export const shown = ({ level, minor }: LevelVersion): string =>
  `${level}:${minor === undefined ? LATEST : `v1.${minor}`}`;
export const same = (a: LevelVersion, b: LevelVersion): boolean => a.level === b.level && a.minor === b.minor;
export const isStricter = (a: Level, b: Level): boolean => LEVELS.indexOf(a) > LEVELS.indexOf(b);
export const isPrivileged = ({ level }: LevelVersion): boolean => level === 'privileged';

/** There is always a policy. What enforces fails closed, what tells fails open; `errors` say which labels are wrong. */
export function policyOf(labels: Readonly<Record<string, string>> = {}): {
  readonly policy: Policy;
  readonly errors: readonly FieldError[];
} {
  const errors: FieldError[] = [];
  const wrong = (label: string, value: string, why: string): void =>
    void errors.push(invalid(`metadata.labels[${label}]`, value, why));
  const of = (mode: Mode): LevelVersion => {
    const [named, versioned] = [`${PREFIX}${mode}`, `${PREFIX}${mode}-version`];
    const [asked, version] = [labels[named], labels[versioned]];
    let level: Level = 'privileged';
    if (asked !== undefined && LEVELS.includes(asked as Level)) level = asked as Level;
    else if (asked !== undefined) {
      wrong(named, asked, `must be one of ${LEVELS.join(', ')}`);
      if (mode === 'enforce') level = 'restricted';
    }
    if (version === undefined || version === LATEST) return { level };
    const [, minor] = /^v1\.(\d|[1-9]\d{1,8})$/.exec(version) ?? [];
    if (minor !== undefined) return { level, minor: Number(minor) };
    wrong(versioned, version, 'must be "latest" or "v1.x"');
    return { level };
  };
  return { policy: { enforce: of('enforce'), audit: of('audit'), warn: of('warn') }, errors };
}
