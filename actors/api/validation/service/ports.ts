//! Ports of a Service.
import { duplicate, forbidden, invalid, required } from '../../field-error.ts';
import { type Json, type JsonObject, listOf, numberOf, objectOf, textOf } from '../../json.ts';
import { dns1123Label, portName, portNumber, qualifiedName } from '../../names.ts';
import { type Errors, name, oneOf } from '../check.ts';

export const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

export function ports(errors: Errors, spec: JsonObject): void {
  const all = listOf(spec['ports']);
  const names = new Set<string>();
  all.forEach((item, i) => {
    const port = objectOf(item);
    const at = `spec.ports[${i}]`;
    const own = textOf(port['name']);
    if (own === '') {
      if (all.length > 1) errors.push(required(`${at}.name`));
    } else {
      name(errors, `${at}.name`, own, dns1123Label);
      if (names.has(own)) errors.push(duplicate(`${at}.name`, own));
      names.add(own);
    }
    const number = numberOf(port['port']);
    for (const message of portNumber(number)) errors.push(invalid(`${at}.port`, number, message));
    oneOf(errors, `${at}.protocol`, port['protocol'], PROTOCOLS);
    portOrName(errors, `${at}.targetPort`, port['targetPort']);
    if (typeof port['appProtocol'] === 'string') name(errors, `${at}.appProtocol`, port['appProtocol'], qualifiedName);
  });
}
/** What is no text is a number: 0 when absent. */
export function portOrName(errors: Errors, path: string, value: Json | undefined): void {
  const given = typeof value === 'string' ? value : numberOf(value);
  const messages = typeof given === 'string' ? portName(given) : portNumber(given);
  for (const message of messages) errors.push(invalid(path, given, message));
}

/** Which are there twice, and node ports where none may be. */
export function portsTogether(errors: Errors, spec: JsonObject): void {
  const all = listOf(spec['ports']).map(objectOf);
  if (spec['type'] === 'ClusterIP') {
    all.forEach((port, i) => {
      if (numberOf(port['nodePort']) !== 0)
        errors.push(forbidden(`spec.ports[${i}].nodePort`, "may not be used when `type` is 'ClusterIP'"));
    });
  }
  const used = new Set<string>();
  const isNew = (key: string): boolean => used.size !== used.add(key).size;
  all.forEach((port, i) => {
    const node = numberOf(port['nodePort']);
    if (node !== 0 && !isNew(`node/${port['protocol']}/${node}`))
      errors.push(duplicate(`spec.ports[${i}].nodePort`, node));
  });
  all.forEach((port, i) => {
    const [number, protocol] = [numberOf(port['port']), textOf(port['protocol'])];
    if (!isNew(`${protocol}/${number}`)) errors.push(duplicate(`spec.ports[${i}]`, twin(protocol, number)));
  });
}
/** As Go prints a ServicePort of which only these are set: its internal form has no other names. */
const twin = (protocol: string, port: number): Json => ({
  Name: '',
  Protocol: protocol,
  AppProtocol: null,
  Port: port,
  TargetPort: 0,
  NodePort: 0,
});
