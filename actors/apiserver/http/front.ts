//! Who asks, and whether he may: before anything of a request is done.
import type { Stop } from '../../../runtime/ports.ts';
import { uuid } from '../../../runtime/random.ts';
import { serviceUnavailable, statusOf } from '../../api/status.ts';
import type { Status } from '../../api/types/meta.ts';
import type { Action } from '../access/rule.ts';
import { type Auditing, type AuditRecord, recordOf } from '../audit/record.ts';
import type { Api } from '../index.ts';
import type { User } from '../protocol.ts';
import { ANONYMOUS, admitted, type Credentials, isTrusted } from './access.ts';
import type { Authenticator } from './connect/door.ts';
import type { HttpRequest } from './message.ts';
import { auditIdOf } from './observed.ts';
import { isOpen } from './paths.ts';

const REQUEST_MS = 34_000;

export interface FrontDeps {
  /** Absent: nothing is written. */
  readonly auditing?: Auditing;
  readonly credentials?: Credentials;
}
export class Front implements Authenticator {
  readonly #api: Api;
  readonly #deps: FrontDeps;
  constructor(api: Api, deps: FrontDeps) {
    this.#api = api;
    this.#deps = deps;
  }

  /** Who wants to be connected, and whether he may. What becomes of it is his to write who connects. */
  authenticate(...[request, path, action, go, refuse, waits]: Parameters<Authenticator['authenticate']>): void {
    const { clock, random } = this.#api.engine;
    const audit = recordOf(this.#deps.auditing, request, auditIdOf(request) ?? uuid(random), action, () => clock.now());
    const through = (user: User): void => go(user, audit);
    const refused = (status: Status): void => void [audit?.refused(status), refuse(status)];
    this.admit(request, path, action, through, refused, waits, audit);
  }
  /** Who asks, and whether he may. */
  admit(
    request: HttpRequest,
    path: string,
    action: Action,
    go: (user: User) => void,
    refuse: (status: Status) => void,
    waits: (stop: Stop) => void,
    audit?: AuditRecord,
  ): void {
    const known = (user: User): void => {
      audit?.received(user);
      go(user);
    };
    const { credentials } = this.#deps;
    if (isOpen(path) && credentials?.anonymous !== false) return known(request.user ?? ANONYMOUS);
    if (!this.#api.ready) return refuse(serviceUnavailable('the API server is stopping or starts anew', 1));
    if (isTrusted(request)) {
      audit?.received(request.user!);
      audit?.allowed();
      return go(request.user!);
    }
    const { engine } = this.#api;
    waits(
      this.#api.run(admitted(engine, request, action, engine.clock.now() + REQUEST_MS, audit, credentials), (who) => {
        if (who.ok) go(who.value);
        else refuse(statusOf(who.fault));
      }),
    );
  }
}
