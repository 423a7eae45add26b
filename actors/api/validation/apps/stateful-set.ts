//! StatefulSets (pkg/apis/apps/validation).
import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import { get, isObject, type Json, type JsonObject, listOf, objectOf, semanticEqual, textOf } from '../../json.ts';
import { dns1123Label } from '../../names.ts';
import { type Errors, labels, name, nonNegative, specOf } from '../check.ts';
import { annotations } from '../metadata.ts';
import { podTemplate } from '../pod.ts';
import { claimSpec } from '../volume/claim.ts';
import { amount, atMostAll, isNone } from './amount.ts';
import { lasting, matching, selector } from './selector.ts';

/** What an update may change. */
const MUTABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];
const REFUSED = `updates to statefulset spec for fields other than ${MUTABLE.slice(0, -1)
  .map((field) => `'${field}'`)
  .join(', ')} and '${MUTABLE.at(-1)}' are forbidden`;

export function statefulSet(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  if (old === undefined) {
    check(errors, spec, { claims: true, template: true });
    return;
  }
  // A template that was never valid, and claims, which never change, do not stand in the way of an update.
  const faults: Errors = [];
  check(faults, specOf(old), { claims: false, template: true });
  check(errors, spec, { claims: false, template: faults.length === 0 });
  const rest = (from: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(from).filter(([key]) => !MUTABLE.includes(key)));
  if (!semanticEqual(rest(spec), rest(specOf(old)))) errors.push(forbidden('spec', REFUSED));
}

function check(errors: Errors, spec: JsonObject, also: { readonly claims: boolean; readonly template: boolean }): void {
  const management = textOf(spec['podManagementPolicy']);
  if (management === '') errors.push(required('spec.podManagementPolicy'));
  else if (management !== 'OrderedReady' && management !== 'Parallel') {
    errors.push(invalid('spec.podManagementPolicy', management, "must be 'OrderedReady' or 'Parallel'"));
  }
  strategy(errors, objectOf(spec['updateStrategy']));
  const retention = spec['persistentVolumeClaimRetentionPolicy'];
  if (isObject(retention)) {
    for (const when of ['whenDeleted', 'whenScaled']) {
      const policy = retention[when] ?? '';
      if (policy !== 'Retain' && policy !== 'Delete') {
        const at = `spec.persistentVolumeClaimRetentionPolicy.${when}`;
        errors.push(notSupported(at, policy, ['Retain', 'Delete']));
      }
    }
  }
  if (also.claims) {
    listOf(spec['volumeClaimTemplates']).forEach((item, i) => {
      claimSpec(errors, `spec.volumeClaimTemplates[${i}].spec`, objectOf(get(item, 'spec')));
    });
  }
  nonNegative(errors, 'spec.replicas', spec['replicas']);
  nonNegative(errors, 'spec.minReadySeconds', spec['minReadySeconds']);
  nonNegative(errors, 'spec.ordinals.start', get(spec, 'ordinals', 'start'));
  if (also.claims && spec['serviceName'] !== '') name(errors, 'spec.serviceName', spec['serviceName'], dns1123Label);
  if (!selector(errors, spec['selector'], 'statefulset')) errors.push(invalid('spec.selector', spec['selector'], ''));
  else template(errors, spec, also.template);
  lasting(errors, spec, 'StatefulSet');
}
function strategy(errors: Errors, given: JsonObject): void {
  const at = 'spec.updateStrategy';
  const rolling = given['rollingUpdate'];
  switch (given['type'] ?? '') {
    case '':
      errors.push(required(at));
      break;
    case 'OnDelete':
      if (isObject(rolling)) {
        errors.push(invalid(`${at}.rollingUpdate`, shown(rolling), "only allowed for updateStrategy 'RollingUpdate'"));
      }
      break;
    case 'RollingUpdate': {
      if (!isObject(rolling)) break;
      nonNegative(errors, `${at}.rollingUpdate.partition`, rolling['partition']);
      const unavailable = rolling['maxUnavailable'];
      const field = `${at}.rollingUpdate.maxUnavailable`;
      if (unavailable === undefined) break;
      amount(errors, field, unavailable);
      if (isNone(unavailable)) errors.push(invalid(field, unavailable, 'cannot be 0'));
      atMostAll(errors, field, unavailable);
      break;
    }
    default: {
      const value = { Type: given['type'] ?? '', RollingUpdate: isObject(rolling) ? shown(rolling) : null };
      errors.push(invalid(at, value, "must be 'RollingUpdate' or 'OnDelete'"));
    }
  }
}
/** As kube-apiserver's own type is printed. */
const shown = (rolling: JsonObject): JsonObject => ({
  Partition: rolling['partition'] ?? 0,
  MaxUnavailable: rolling['maxUnavailable'] ?? null,
});

/** The controller gives the pods their host names and the volumes of the claims. */
function template(errors: Errors, spec: JsonObject, whole: boolean): void {
  matching(errors, 'spec', spec);
  const given = objectOf(spec['template']);
  if (whole) {
    const { hostname: _1, subdomain: _2, ...pod } = objectOf(given['spec']);
    const claims = listOf(spec['volumeClaimTemplates']).map((claim) => get(claim, 'metadata', 'name') ?? '');
    const own = listOf(pod['volumes']).filter((item) => !claims.includes(get(item, 'name') ?? ''));
    const volumes: Json[] = [
      ...[...new Set(claims)].map((claim) => ({ name: claim, persistentVolumeClaim: { claimName: claim } })),
      ...own,
    ];
    podTemplate(errors, 'spec.template', { ...given, spec: { ...pod, volumes } });
  }
  labels(errors, 'spec.template.labels', get(given, 'metadata', 'labels'));
  annotations(errors, 'spec.template.annotations', get(given, 'metadata', 'annotations'));
}
