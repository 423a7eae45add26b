//! `npm run scenario recorded -- compare|record --server URL --token T [--kinds REGEX] [--count N] [--seed S]`: the
//! same odd objects, as dry runs, to another API server and to ours. `compare` shows where they differ, `record` keeps
//! what the other one answered as facts for recorded.test.ts. A look while developing: the other is not kept here.
import { parseArgs } from 'node:util';
import { bends, knowledge } from './bend.ts';
import { differences } from './compare.ts';
import { Draw } from './draw.ts';
import { ownServer } from './own.ts';
import { keep, type Recorded } from './records.ts';
import { SAMPLES } from './samples.ts';
import { byToken } from './server.ts';
import { type Case, prepare, Subject, type Verb } from './subject.ts';
import type { Knowledge } from './values.ts';

const OPTIONS = {
  server: { type: 'string' },
  token: { type: 'string' },
  kinds: { type: 'string', default: '.' },
  verbs: { type: 'string', default: 'create,update,status' },
  count: { type: 'string', default: '100' },
  seed: { type: 'string', default: '1' },
  lines: { type: 'string', default: '60' },
} as const;

export async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  const [word] = positionals;
  if (word !== 'compare' && word !== 'record') throw new Error('recorded -- compare or record?');
  if (values.server === undefined || values.token === undefined) throw new Error('which --server and --token?');
  const theirs = byToken(values.server, values.token);
  await prepare(theirs);
  const ours = word === 'compare' ? await ownServer() : undefined;
  if (ours !== undefined) await prepare(ours);
  const kinds = Object.keys(SAMPLES).filter((kind) => new RegExp(values.kinds).test(kind));
  for (const kind of kinds) {
    const samples = SAMPLES[kind]!;
    const reference = new Subject(theirs, kind, samples);
    const own = ours === undefined ? undefined : new Subject(ours, kind, samples);
    const know = knowledge(samples);
    const verbs = (values.verbs.split(',') as Verb[]).filter(
      (verb) => verb !== 'status' || reference.info.subresources.some(({ name }) => name === 'status'),
    );
    const recorded: Recorded[] = [];
    let same = 0;
    let all = 0;
    let shown = 0;
    for (const verb of verbs) {
      const draw = new Draw(Number(values.seed));
      for (let n = 0; n < Number(values.count); n++) {
        const one = await draws(draw, know, reference, n % samples.length, verb, n < samples.length);
        const answer = await reference.run(one);
        recorded.push({ ...one, ...answer });
        if (own === undefined) continue;
        const lines = differences(answer, await own.run(one));
        all++;
        if (lines.length === 0) same++;
        else if (shown++ < Number(values.lines))
          console.log(
            `${kind} ${verb} #${one.sample} ${JSON.stringify(one.changes).slice(0, 400)}\n    ${lines.slice(0, 8).join('\n    ')}`,
          );
      }
    }
    await reference.clean();
    if (own !== undefined) console.log(`== ${kind}: ${same} of ${all} the same`);
    else keep(kind, recorded);
  }
  theirs.close();
  ours?.close();
}
async function draws(
  draw: Draw,
  know: Knowledge,
  subject: Subject,
  sample: number,
  verb: Verb,
  plain: boolean,
): Promise<Case> {
  if (plain) return { sample, verb, changes: [] };
  return { sample, verb, changes: bends(draw, know, subject.info, await subject.body(sample, verb), verb) };
}
