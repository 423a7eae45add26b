import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Secret, ServiceAccount } from '../../api/types/cluster.ts';
import { ACCOUNT_NAME, ACCOUNT_UID, plan, TOKEN_TYPE } from './logic.ts';

const account = { metadata: { name: 'robot', uid: 'u1' } } as unknown as ServiceAccount;
const secret = (annotations: object, data: object = {}, type = TOKEN_TYPE): Secret =>
  ({ metadata: { name: 's', namespace: 'default', annotations }, type, data }) as unknown as Secret;
const named = { [ACCOUNT_NAME]: 'robot' };
const whole = { token: 't', 'ca.crt': 'ca', namespace: 'n' };

test('service account token: plan: table', () => {
  assert.deepEqual(plan(undefined, account, 'ca'), { do: 'nothing' });
  assert.deepEqual(plan(secret(named, {}, 'Opaque'), account, 'ca'), { do: 'nothing' });
  assert.deepEqual(plan(secret({}), account, 'ca'), { do: 'nothing' });
  assert.deepEqual(plan(secret(named), undefined, 'ca'), { do: 'delete' });
  assert.deepEqual(plan(secret({ ...named, [ACCOUNT_UID]: 'u0' }), account, 'ca'), { do: 'delete' });
  assert.deepEqual(plan(secret(named), account, 'ca'), { do: 'fill', token: true });
  assert.deepEqual(plan(secret({ ...named, [ACCOUNT_UID]: 'u1' }, whole), account, 'new'), {
    do: 'fill',
    token: false,
  });
  assert.deepEqual(plan(secret({ ...named, [ACCOUNT_UID]: 'u1' }, whole), account, 'ca'), { do: 'nothing' });
});
