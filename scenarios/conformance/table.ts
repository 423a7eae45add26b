//! docs/conformance.md: each of the names with whether a test of ours covers it, and what the last run said.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../runtime/real/root.ts';

export const FOLDER = join(ROOT, 'scenarios/conformance');
export const DOCUMENT = join(ROOT, 'docs/conformance.md');
/** The names of the index, one a line. */
export const namesIn = (text: string): readonly string[] => text.trim().split('\n');
interface Class {
  /** What its tests need of a cluster. */
  readonly needs: string;
  readonly names: readonly string[];
}
const classOf = (letter: string, needs: string): Class => ({
  needs,
  names: namesIn(readFileSync(join(FOLDER, `class-${letter}.txt`), 'utf8')),
});
export const CLASSES: readonly Class[] = [
  classOf('a', 'The API server only'),
  classOf('b', 'Controllers'),
  classOf('c', 'The scheduler and pods that run'),
];
export const NAMES: readonly string[] = CLASSES.flatMap(({ names }) => names);

/** What is not run here under its name, and why. */
export const LATER: Readonly<Record<string, string>> = {
  'StorageVersionMigration CRUD Tests': 'storagemigration.k8s.io/v1 comes with 1.37; 1.36 has a beta that is off',
  'PodCertificateRequest API':
    'certificates.k8s.io/v1 podcertificaterequests come with 1.37; 1.36 has a beta that is off',
  'Projected PodCertificate': 'projected pod certificates are on from 1.37; in 1.36 their gate is off',
  'CRUD Tests certificates.k8s.io/v1 ClusterTrustBundles': 'certificates.k8s.io/v1 clustertrustbundles come with 1.37',
  'resource.k8s.io/v1 DeviceTaintRule':
    'resource.k8s.io/v1 devicetaintrules come with 1.37; 1.36 has a beta that is off',
};
export const laterOf = (name: string): string | undefined =>
  Object.entries(LATER).find(([part]) => name.includes(part))?.[1];

/** The names that some test file here speaks of. */
export function covered(): ReadonlySet<string> {
  const text = readdirSync(FOLDER)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(FOLDER, file), 'utf8'))
    .join('\n');
  return new Set(NAMES.filter((name) => text.includes(name)));
}

export type Verdict = 'passes' | 'fails' | 'none';
export function documentOf(verdicts: ReadonlyMap<string, Verdict>): string {
  return [
    '# Conformance',
    '',
    "Kubernetes' conformance tests by what they need. Those that pass have a test of the same name in",
    '`scenarios/conformance`, which does against a real cluster what the original does. Written by',
    '`npm run scenario conformance`, which runs them.',
    ...CLASSES.flatMap(({ needs, names }) => {
      const passing = names.filter((name) => verdicts.get(name) === 'passes').length;
      const rows = names.map((name) => `| ${shown(name)} | ${said(name, verdicts.get(name) ?? 'none')} |`);
      return ['', `## ${needs}: ${passing} of ${names.length}`, '', '| test | here |', '|---|---|', ...rows];
    }),
    '',
  ].join('\n');
}
const shown = (name: string): string => name.replaceAll('|', '\\|').replaceAll('`', '\\`');
const said = (name: string, verdict: Verdict): string =>
  verdict === 'none' ? `not covered${laterOf(name) === undefined ? '' : `: ${laterOf(name)}`}` : verdict;
/** As the document says; undefined: it has no such row. */
export const verdictIn = (text: string, name: string): string | undefined =>
  text
    .split('\n')
    .find((line) => line.startsWith(`| ${shown(name)} |`))
    ?.split(' | ')
    .at(-1)
    ?.replace(/ \|$/, '');
