//! DefaultIngressClass: an Ingress that names no class gets the default one.
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { get, type JsonObject, objectOf } from '../../api/json.ts';
import { isOf } from './attributes.ts';
import { theDefault } from './default-class.ts';
import { stored } from './lookup.ts';
import type { Plugin } from './plugin.ts';

const INGRESS_CLASSES = stored('networking.k8s.io', 'v1', 'ingressclasses');

export const defaultIngressClass: Plugin = {
  name: 'DefaultIngressClass',
  handles: (a) =>
    a.operation === 'CREATE' &&
    isOf(a, 'networking.k8s.io', 'ingresses') &&
    get(a.object, 'spec', 'ingressClassName') === undefined &&
    get(a.object, 'metadata', 'annotations', 'kubernetes.io/ingress.class') === undefined,
  *mutate(engine, a): Task<Result<JsonObject | undefined>> {
    const { deadline } = a.call;
    const isDefault = ['ingressclass.kubernetes.io/is-default-class'];
    const found = yield* theDefault(engine, INGRESS_CLASSES, isDefault, deadline);
    if (!found.ok || found.value === undefined) return found.ok ? ok(undefined) : found;
    const ingress = objectOf(a.object);
    return ok({ ...ingress, spec: { ...objectOf(ingress['spec']), ingressClassName: found.value } });
  },
};
