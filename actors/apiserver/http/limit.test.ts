import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inbox } from '../../../runtime/address.ts';
import { ETCD } from '../../etcd/protocol.ts';
import { jsonOf, MAPS, Web } from './web.ts';

test('timeout: what is no duration: refused before anything else, unless the request lasts', () => {
  const web = new Web();
  const bad = web.http('GET', `${MAPS}?timeout=10`, { user: undefined as never });
  assert.equal(bad.code, 400);
  const words = 'invalid timeout specified in the request URL - time: missing unit in duration "10"';
  assert.deepEqual([jsonOf(bad).reason, jsonOf(bad).message], ['BadRequest', words]);
  for (const fine of ['', '0', '-5s', '10h', '1.5s'])
    assert.equal(web.http('GET', `${MAPS}?timeout=${fine}`).code, 200);
  const watch = web.begin('GET', `${MAPS}?watch=1&timeout=10`);
  web.world.advance(10);
  assert.equal(watch.code, 200);
  watch.stop();
});

test('timeout: a request that has no answer in time: 504, and counted as ended by the server', () => {
  const web = new Web();
  web.world.crash('etcd');
  // Somebody takes what it is asked, and never answers.
  web.world.bus.subscribe(inbox('sim', ETCD), () => undefined);
  const began = web.world.clock.now();
  const late = web.http('POST', `${MAPS}?timeout=1500ms`, { json: { metadata: { name: 'a' } } });
  assert.equal(web.world.clock.now() - began, 1_500);
  assert.deepEqual([late.code, jsonOf(late).reason, jsonOf(late).details], [504, 'Timeout', {}]);
  assert.equal(jsonOf(late).message, 'Timeout: request did not complete within the allotted timeout');
  const said = web.http('GET', '/metrics').text;
  assert.match(said, /apiserver_request_terminations_total\{code="504",.*resource="configmaps".*verb="POST"\} 1/);
});

test('timeoutSeconds: no integer: 400; less than nothing: a watch that ends at once', () => {
  const web = new Web();
  for (const [value, why] of [
    ['x', 'invalid syntax'],
    ['1.5', 'invalid syntax'],
    ['9223372036854775808', 'value out of range'],
  ])
    for (const watch of ['', '&watch=1']) {
      const answer = web.http('GET', `${MAPS}?timeoutSeconds=${value}${watch}`);
      assert.deepEqual(
        [answer.code, jsonOf(answer).message],
        [400, `strconv.ParseInt: parsing ${JSON.stringify(value)}: ${why}`],
      );
    }
  assert.equal(web.http('GET', `${MAPS}?watch=1&timeoutSeconds=-1`).code, 200);
});
