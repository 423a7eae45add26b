import assert from 'node:assert/strict';
import test from 'node:test';
import { PODS } from './resource.ts';
import {
  formatSelector,
  matches,
  matchesFields,
  parseFieldSelector,
  parseLabelSelector,
  selectorOf,
  unsupportedField,
} from './selector.ts';

const labels = { app: 'web', tier: 'front', 'example.com/n': '5' };
test('label selector: text: matches or not', () => {
  const table: readonly (readonly [string, boolean])[] = [
    ['', true],
    ['app=web', true],
    ['app==web,tier=front', true],
    ['app!=web', false],
    ['missing!=x', true],
    ['app in (web, api)', true],
    ['app notin (web)', false],
    ['app', true],
    ['!app', false],
    ['!missing', true],
    ['example.com/n>4', true],
    ['example.com/n<4', false],
    ['app=', false],
  ];
  for (const [text, expected] of table) {
    const selector = parseLabelSelector(text);
    assert.ok(selector.ok, text);
    assert.equal(matches(selector.value, labels), expected, text);
  }
});
test('label selector: malformed: the words of the Go parser', () => {
  const table: readonly (readonly [string, string])[] = [
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['a=b,', "found '', expected: identifier after ','"],
    [',a', "found ',', expected: !, identifier, or 'end of string'"],
    ['a in b', "unable to parse requirement: found 'b' expected: '('"],
  ];
  for (const [text, message] of table) {
    const result = parseLabelSelector(text);
    assert.equal(result.ok ? 'parsed' : result.fault.message, message);
  }
});
test('label selector: object: absent selects nothing, empty everything', () => {
  assert.equal(matches(selectorOf(undefined), labels), false);
  assert.equal(matches(selectorOf({}), labels), true);
  const both = selectorOf({ matchLabels: { app: 'web' }, matchExpressions: [{ key: 'tier', operator: 'Exists' }] });
  assert.equal(matches(both, labels), true);
  assert.equal(formatSelector(both), 'app=web,tier');
});
test('field selector: text: matches fields of the object', () => {
  const pod = { metadata: { name: 'a' }, spec: { nodeName: 'n1' }, status: { phase: 'Running' } };
  const table: readonly (readonly [string, boolean])[] = [
    ['spec.nodeName=n1', true],
    ['spec.nodeName!=n1', false],
    ['status.phase=Running,metadata.name=a', true],
    ['spec.nodeName=', false],
    ['status.nominatedNodeName=', true],
    ['spec.hostNetwork=false', true],
  ];
  for (const [text, expected] of table) {
    const selector = parseFieldSelector(text);
    assert.ok(selector.ok);
    assert.equal(unsupportedField(PODS, selector.value), undefined);
    assert.equal(matchesFields(selector.value, pod), expected, text);
  }
});
test('field selector: a field nobody offers: refused', () => {
  const selector = parseFieldSelector('spec.foo=1');
  assert.ok(selector.ok);
  assert.equal(unsupportedField(PODS, selector.value), 'field label not supported: spec.foo');
  const broken = parseFieldSelector('abc');
  assert.equal(broken.ok ? '' : broken.fault.message, "invalid selector: 'abc'; can't understand 'abc'");
});
