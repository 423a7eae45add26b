//! One device (pkg/apis/resource/validation validateDevice).
import { invalid, required, tooLong } from '../../field-error.ts';
import { get, isObject, type Json, type JsonObject, listOf, objectOf, semanticEqual, textOf } from '../../json.ts';
import { dns1123Subdomain } from '../../names.ts';
import { type Errors, name } from '../check.ts';
import { nodeSelector } from '../pod/selectors.ts';
import { isNull } from '../service/fields.ts';
import { capacity } from './capacity.ts';
import { counters } from './counters.ts';
import { each, keyed, unique } from './lists.ts';
import { label, QUALIFIED_MAX, qualified } from './names.ts';
import { bindingConditions, taint } from './taint.ts';

const MAX = { properties: 32, text: 64, taints: 16, counterSets: 2 } as const;

export function device(
  errors: Errors,
  at: string,
  given: JsonObject,
  old: JsonObject | undefined,
  perDevice: boolean,
): void {
  label(errors, `${at}.name`, given['name']);
  const attributes = objectOf(given['attributes']);
  const amounts = objectOf(given['capacity']);
  const total = Object.keys(attributes).length + Object.keys(amounts).length;
  if (total > MAX.properties) {
    const detail = `the total number of attributes and capacities must not exceed ${MAX.properties}`;
    errors.push(invalid(at, total, detail));
  }
  for (const [key, value] of Object.entries(attributes)) {
    qualified(errors, `${at}.attributes`, key);
    attribute(errors, keyed(`${at}.attributes`, key, QUALIFIED_MAX), objectOf(value));
  }
  const changed = (field: string): boolean => old === undefined || !semanticEqual(old[field], given[field]);
  if (changed('capacity'))
    for (const [key, value] of Object.entries(amounts)) {
      qualified(errors, `${at}.capacity`, key);
      const path = keyed(`${at}.capacity`, key, QUALIFIED_MAX);
      capacity(errors, path, objectOf(value), given['allowMultipleAllocations'] === true);
    }
  if (changed('taints'))
    each(errors, `${at}.taints`, listOf(given['taints']), MAX.taints, (item, path) => {
      taint(errors, path, objectOf(item));
    });
  const consumes = (item: Json, path: string): void => counters(errors, path, objectOf(item), 'counterSet');
  const setOf = (item: Json): Json => textOf(get(item, 'counterSet'));
  unique(errors, `${at}.consumesCounters`, listOf(given['consumesCounters']), MAX.counterSets, consumes, setOf);
  nodes(errors, at, given, perDevice);
  bindingConditions(errors, at, given);
}
const NODES = '`nodeName`, `nodeSelector`, or `allNodes`';
const WHEN = '`perDeviceNodeSelection` is set to true in the ResourceSlice spec';
function nodes(errors: Errors, at: string, given: JsonObject, perDevice: boolean): void {
  const { nodeName: node, nodeSelector: selector, allNodes } = given;
  if (!perDevice) {
    if ([node, selector, allNodes].every(isNull)) return;
    const detail = `\`nodeName\`, \`nodeSelector\` and \`allNodes\` can only be set if ${WHEN}`;
    return void errors.push(invalid(at, null, detail));
  }
  const said: string[] = [];
  if (node === '') errors.push(invalid(`${at}.nodeName`, '', 'must not be empty'));
  else if (typeof node === 'string') {
    said.push('`nodeName`');
    name(errors, `${at}.nodeName`, node, dns1123Subdomain);
  }
  if (isObject(selector)) {
    said.push('`nodeSelector`');
    nodeSelector(errors, `${at}.nodeSelector`, selector);
  }
  if (allNodes === true) said.push('`allNodes`');
  else if (!isNull(allNodes)) errors.push(invalid(`${at}.allNodes`, allNodes, 'must be either unset or set to true'));
  const one = `exactly one of ${NODES} is required when ${WHEN}`;
  if (said.length === 0) errors.push(required(at, one));
  else if (said.length > 1) errors.push(invalid(at, `{${said.join(', ')}}`, one));
}

const SEMVER =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$/;
function attribute(errors: Errors, at: string, given: JsonObject): void {
  const fields = ['bool', 'int', 'string', 'version'].filter((field) => !isNull(given[field]));
  const text = (field: string): void => {
    if (Buffer.byteLength(textOf(given[field])) > MAX.text) errors.push(tooLong(`${at}.${field}`, MAX.text));
  };
  if (fields.includes('string')) text('string');
  if (fields.includes('version')) {
    const version = textOf(given['version']);
    if (!SEMVER.test(version))
      errors.push(invalid(`${at}.version`, version, 'must be a string compatible with semver.org spec 2.0.0'));
    text('version');
  }
  if (fields.length === 0) errors.push(invalid(at, '', 'exactly one value must be specified'));
  else if (fields.length > 1) errors.push(invalid(at, shown(given), 'exactly one value must be specified'));
}
/** As kube-apiserver's own type is printed. */
const shown = (given: JsonObject): JsonObject => ({
  IntValue: given['int'] ?? null,
  BoolValue: given['bool'] ?? null,
  StringValue: given['string'] ?? null,
  VersionValue: given['version'] ?? null,
});
