//! Network policies.
import { type Network, parseNetwork } from '../../address.ts';
import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import { get, isObject, type Json, type JsonObject, listOf, numberOf, objectOf, textOf } from '../../json.ts';
import { portName, portNumber } from '../../names.ts';
import { legacyNetwork } from '../address.ts';
import { type Errors, labelSelector, specOf } from '../check.ts';
import { isNull } from '../service/fields.ts';

const RULES = [
  ['ingress', 'from'],
  ['egress', 'to'],
] as const;

export function networkPolicy(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  const before = old === undefined ? [] : networksOf(specOf(old));
  labelSelector(errors, 'spec.podSelector', spec['podSelector']);
  for (const [rules, peers] of RULES)
    listOf(spec[rules]).forEach((rule, i) => {
      const at = `spec.${rules}[${i}]`;
      listOf(get(rule, 'ports')).forEach((port, j) => {
        policyPort(errors, `${at}.ports[${j}]`, objectOf(port));
      });
      listOf(get(rule, peers)).forEach((item, j) => {
        peer(errors, `${at}.${peers}[${j}]`, objectOf(item), before);
      });
    });
  const types = listOf(spec['policyTypes']);
  if (types.length > 2)
    return void errors.push(invalid('spec.policyTypes', [...types], 'may not specify more than two policyTypes'));
  types.forEach((type, i) => {
    if (type !== 'Ingress' && type !== 'Egress')
      errors.push(notSupported(`spec.policyTypes[${i}]`, type, ['Ingress', 'Egress']));
  });
}
/** Every network that an old policy has may stay, wherever. */
const networksOf = (spec: JsonObject): readonly Json[] =>
  RULES.flatMap(([rules, peers]) =>
    listOf(spec[rules])
      .flatMap((rule) => listOf(get(rule, peers)))
      .flatMap((one) => [get(one, 'ipBlock', 'cidr') ?? '', ...listOf(get(one, 'ipBlock', 'except'))]),
  );

function policyPort(errors: Errors, at: string, given: JsonObject): void {
  const { protocol, port, endPort } = given;
  const protocols = ['TCP', 'UDP', 'SCTP'];
  if (!isNull(protocol) && !protocols.includes(textOf(protocol)))
    errors.push(notSupported(`${at}.protocol`, protocol, protocols));
  if (isNull(port)) {
    if (!isNull(endPort))
      errors.push(invalid(`${at}.endPort`, endPort, 'may not be specified when `port` is not specified'));
  } else if (typeof port === 'string') {
    if (!isNull(endPort))
      errors.push(invalid(`${at}.endPort`, endPort, 'may not be specified when `port` is non-numeric'));
    for (const message of portName(port)) errors.push(invalid(`${at}.port`, port, message));
  } else {
    const number = numberOf(port);
    for (const message of portNumber(number)) errors.push(invalid(`${at}.port`, number, message));
    if (isNull(endPort)) return;
    // The value shown is the port: so it is in Kubernetes.
    if (numberOf(endPort) < number)
      errors.push(invalid(`${at}.endPort`, number, 'must be greater than or equal to `port`'));
    for (const message of portNumber(numberOf(endPort))) errors.push(invalid(`${at}.endPort`, endPort, message));
  }
}
function peer(errors: Errors, at: string, given: JsonObject, before: readonly Json[]): void {
  const kinds = ['podSelector', 'namespaceSelector', 'ipBlock'].filter((kind) => isObject(given[kind]));
  for (const kind of kinds) {
    if (kind === 'ipBlock') block(errors, `${at}.${kind}`, objectOf(given[kind]), before);
    else labelSelector(errors, `${at}.${kind}`, given[kind]);
  }
  if (kinds.length === 0) errors.push(required(at, 'must specify a peer'));
  else if (kinds.length > 1 && kinds.includes('ipBlock'))
    errors.push(forbidden(at, 'may not specify both ipBlock and another peer'));
}
function block(errors: Errors, at: string, given: JsonObject, before: readonly Json[]): void {
  const cidr = textOf(given['cidr']);
  if (cidr === '') return void errors.push(required(`${at}.cidr`));
  legacyNetwork(errors, `${at}.cidr`, cidr, before);
  const whole = parseNetwork(cidr);
  if (whole === undefined) return;
  listOf(given['except']).forEach((item, i) => {
    const text = textOf(item);
    legacyNetwork(errors, `${at}.except[${i}]`, text, before);
    const part = parseNetwork(text);
    if (part !== undefined && !isWithin(part, whole))
      errors.push(invalid(`${at}.except[${i}]`, text, 'must be a strict subset of `cidr`'));
  });
}
const isWithin = (part: Network, whole: Network): boolean =>
  part.family === whole.family && part.base >= whole.base && part.base <= whole.last && part.bits > whole.bits;
