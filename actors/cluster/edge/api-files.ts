//! What files and options say of an API server: whom it knows by a token, what it writes of requests.
import { parse } from 'yaml';
import type { Host } from '../../../runtime/host.ts';
import { policyOf } from '../../apiserver/audit/policy.ts';
import type { Auditing } from '../../apiserver/audit/record.ts';
import { AuditLog } from '../../apiserver/edge/audit-log.ts';
import type { Credentials } from '../../apiserver/http/access.ts';
import type { User } from '../../apiserver/protocol.ts';
import { readText } from './file.ts';
import type { CommonOptions } from './ground.ts';
import { Refusal } from './refusal.ts';

export interface ApiAccess {
  readonly auditing?: Auditing;
  readonly credentials: Credentials;
}
/** Throws a Refusal that says what is wrong with which option. */
export function apiAccess(host: Host, options: CommonOptions): ApiAccess {
  const { anonymousAuth = 'true', tokenAuthFile } = options;
  const tokens = tokenAuthFile === undefined ? new Map<string, User>() : tokensOf(tokenAuthFile);
  const auditing = auditingOf(host, options);
  return { credentials: { anonymous: anonymousAuth === 'true', tokens }, ...(auditing && { auditing }) };
}
function auditingOf(host: Host, options: CommonOptions): Auditing | undefined {
  const { auditPolicyFile: file, auditLogPath: path } = options;
  if (file === undefined && path === undefined) return undefined;
  if (file === undefined || path === undefined)
    throw new Refusal('an audit log needs both --audit-policy-file and --audit-log-path');
  const policy = policyOf(parsed(file));
  if (typeof policy === 'string') throw new Refusal(`--audit-policy-file ${file}: ${policy}`);
  const { auditLogMaxsize: maxMegabytes = 0, auditLogMaxbackup: maxBackups = 0 } = options;
  const { clock, logger } = host.ports;
  try {
    const failed = (error: unknown): void => logger.error({ error: String(error) }, 'the audit log cannot be written');
    const log = new AuditLog({ path, maxMegabytes, maxBackups }, () => clock.now(), failed);
    return { policy, write: (event) => log.write(event) };
  } catch (error) {
    throw new Refusal(`--audit-log-path ${path}: ${(error as Error).message}`);
  }
}
function parsed(file: string): unknown {
  const text = readText('--audit-policy-file', file);
  try {
    return parse(text);
  } catch (error) {
    throw new Refusal(`--audit-policy-file ${file}: ${(error as Error).message}`);
  }
}
/** `token,user,uid,"group1,group2"` a line (k8s.io/apiserver .../token/tokenfile). */
function tokensOf(file: string): Map<string, User> {
  const tokens = new Map<string, User>();
  readText('--token-auth-file', file)
    .split(/\r?\n/)
    .forEach((line, i) => {
      if (line.trim() === '' || line.startsWith('#')) return;
      const [token = '', name = '', uid, groups = ''] = fieldsOf(line);
      if (uid === undefined || token === '' || name === '')
        throw new Refusal(
          `--token-auth-file ${file}, line ${i + 1}: it must have at least 3 columns: token, user name, user uid`,
        );
      const named = groups.split(',').filter((group) => group !== '');
      tokens.set(token, { name, uid, groups: [...named, 'system:authenticated'] });
    });
  return tokens;
}
const fieldsOf = (line: string): string[] =>
  [...line.matchAll(/(?:^|,)\s*(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain = '']) =>
    quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'),
  );
