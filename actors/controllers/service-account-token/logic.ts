import type { Secret, ServiceAccount } from '../../api/types/cluster.ts';

export const TOKEN_TYPE = 'kubernetes.io/service-account-token';
export const ACCOUNT_NAME = 'kubernetes.io/service-account.name';
export const ACCOUNT_UID = 'kubernetes.io/service-account.uid';

export const isTokenSecret = (secret: Secret): boolean => secret.type === TOKEN_TYPE;
/** `namespace/name` of the account that a token secret is for. */
export const accountKey = ({ metadata }: Secret): string =>
  `${metadata.namespace}/${metadata.annotations?.[ACCOUNT_NAME] ?? ''}`;

/** `fill`: which parts are missing. `delete`: its account is gone, or another of the same name came. */
export type Plan =
  | { readonly do: 'nothing' }
  | { readonly do: 'delete' }
  | { readonly do: 'fill'; readonly token: boolean };

export function plan(secret: Secret | undefined, account: ServiceAccount | undefined, ca64: string): Plan {
  if (secret === undefined || !isTokenSecret(secret) || secret.metadata.deletionTimestamp !== undefined)
    return { do: 'nothing' };
  if ((secret.metadata.annotations?.[ACCOUNT_NAME] ?? '') === '') return { do: 'nothing' };
  if (account === undefined) return { do: 'delete' };
  const uid = secret.metadata.annotations?.[ACCOUNT_UID] ?? '';
  if (uid !== '' && uid !== account.metadata.uid) return { do: 'delete' };
  const { data = {} } = secret;
  const token = (data['token'] ?? '') === '';
  const whole = !token && uid !== '' && (data['ca.crt'] ?? '') === ca64 && (data['namespace'] ?? '') !== '';
  return whole ? { do: 'nothing' } : { do: 'fill', token };
}
