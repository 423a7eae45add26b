//! For tests: HTTP requests to an API server in a simulated world, without sockets.
import library from 'yaml';
import type { Stop } from '../../../runtime/ports.ts';
import { loadDescriptions } from '../../api/edge/load.ts';
import { type Any, Rig } from '../rig.ts';
import { Handler } from './handler.ts';
import type { HttpRequest, Responder } from './message.ts';
import { yamlOf } from './yaml.ts';

const ADMIN = { name: 'kubernetes-admin', groups: ['system:masters'] };
export const MAPS = '/api/v1/namespaces/default/configmaps';
export interface Answer {
  code: number;
  headers: Record<string, Any>;
  text: string;
  /** As they were handed out. */
  chunks: (string | Uint8Array)[];
  ended: boolean;
  stop: Stop;
  unread: number;
}
export const bytesOf = ({ chunks }: Answer): Buffer =>
  Buffer.concat(chunks.map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk)));
export const jsonOf = (answer: Answer): Any => JSON.parse(answer.text);
export const lines = (answer: Answer): Any[] =>
  answer.text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

export class Web extends Rig {
  handler = new Handler(this.api, { descriptions: loadDescriptions, yaml: () => yamlOf(library) });
  begin(method: string, url: string, more: Partial<HttpRequest> & { readonly json?: unknown } = {}): Answer {
    const answer: Answer = { code: 0, headers: {}, text: '', chunks: [], ended: false, stop: () => {}, unread: 0 };
    const responder: Responder = {
      head: (code, headers) => Object.assign(answer, { code, headers }),
      write: (chunk) => {
        answer.text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
        answer.chunks.push(chunk);
      },
      end: (chunk = '') => {
        responder.write(chunk);
        answer.ended = true;
      },
      get waiting() {
        return answer.unread;
      },
    };
    const { json, ...rest } = more;
    const body = json === undefined ? {} : { body: Buffer.from(JSON.stringify(json)) };
    answer.stop = this.handler.handle({ method, url, headers: {}, user: ADMIN, ...body, ...rest }, responder);
    return answer;
  }
  http(method: string, url: string, more: Parameters<Web['begin']>[2] = {}): Answer {
    const answer = this.begin(method, url, more);
    this.world.until(`${method} ${url} answered`, () => answer.ended, 60_000);
    return answer;
  }
}
export const accept = (value: string) => ({ headers: { accept: value } });
