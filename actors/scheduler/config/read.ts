//! A KubeSchedulerConfiguration out of what a file says: strict, defaulted, checked, in kube-scheduler's words.
import { type FieldError, invalid, required, textOfError } from '../../api/field-error.ts';
import { isObject, type Json } from '../../api/json.ts';
import { qualifiedName } from '../../api/names.ts';
import { argsErrors, withDefaults } from './args.ts';
import {
  API_VERSION,
  DEFAULT_CONFIGURATION,
  DEFAULT_PROFILE,
  type ExtenderConfiguration,
  KIND,
  type ProfileConfiguration,
  type SchedulerConfiguration,
} from './configuration.ts';
import { misshapen, misshapenArgs } from './shape.ts';

/** The configuration, or the sentences that say what is wrong with it. `content`: the file, parsed. */
export type ReadConfiguration =
  | { readonly ok: true; readonly configuration: SchedulerConfiguration }
  | { readonly ok: false; readonly errors: readonly string[] };

export function readConfiguration(content: unknown): ReadConfiguration {
  if (!isObject(content)) return refused(["couldn't get version/kind; json parse error: the file holds no object"]);
  const { apiVersion = '', kind = '' } = content;
  if (kind === '') return refused([`Object 'Kind' is missing in '${JSON.stringify(content)}'`]);
  if (apiVersion === '') return refused([`Object 'apiVersion' is missing in '${JSON.stringify(content)}'`]);
  if (apiVersion !== API_VERSION || kind !== KIND)
    return refused([
      `no kind "${kind}" is registered for version "${apiVersion}" in scheme ` +
        '"k8s.io/kubernetes/pkg/scheduler/apis/config/scheme/scheme.go:30"',
    ]);
  const shape = misshapen(content);
  if (shape.length > 0) return refused(strict(shape));
  const { value, errors } = defaulted(content as unknown as Partial<SchedulerConfiguration>);
  if (errors.length > 0) return refused(strict(errors));
  const wrong = [...configurationErrors(value, content), ...value.extenders.flatMap(extenderErrors)];
  const binders = value.extenders.filter(({ bindVerb = '' }) => bindVerb !== '').length;
  if (binders > 1)
    wrong.push(
      invalid('extenders', `found ${binders} extenders implementing bind`, 'only one extender can implement bind'),
    );
  return wrong.length > 0 ? refused(wrong.map(textOfError)) : { ok: true, configuration: value };
}
const refused = (errors: readonly string[]): ReadConfiguration => ({ ok: false, errors });
const strict = (errors: readonly string[]): readonly string[] => {
  const unknown = errors.filter((error) => error.startsWith('unknown field'));
  const others = errors.filter((error) => !error.startsWith('unknown field'));
  return unknown.length === 0 ? others : [...others, `strict decoding error: ${unknown.join(', ')}`];
};

function defaulted(given: Partial<SchedulerConfiguration>): {
  readonly value: SchedulerConfiguration;
  readonly errors: readonly string[];
} {
  const errors: string[] = [];
  const profiles = given.profiles ?? [];
  const named = profiles.map((profile): ProfileConfiguration => {
    // Only one may go without a name.
    const schedulerName = profile.schedulerName ?? (profiles.length === 1 ? DEFAULT_PROFILE : '');
    const pluginConfig = (profile.pluginConfig ?? []).map(({ name, args = {} }) => {
      errors.push(...misshapenArgs(name, args));
      return { name, args: withDefaults(name, args as Readonly<Record<string, unknown>>) };
    });
    return { ...profile, schedulerName, pluginConfig };
  });
  const value = {
    ...DEFAULT_CONFIGURATION,
    ...given,
    profiles: named.length === 0 ? DEFAULT_CONFIGURATION.profiles : named,
    extenders: given.extenders ?? [],
  };
  return { value, errors };
}

const REMOVED: ReadonlySet<string> = new Set(['AzureDiskLimits', 'CinderLimits', 'EBSLimits', 'GCEPDLimits']);
const removed = (path: string, name: string): FieldError =>
  invalid(
    path,
    name,
    `was invalid in version "${API_VERSION}" (KubeSchedulerConfiguration is version "${API_VERSION}")`,
  );

function configurationErrors(value: SchedulerConfiguration, content: Readonly<Record<string, Json>>): FieldError[] {
  const errors: FieldError[] = [];
  const { podInitialBackoffSeconds: first, podMaxBackoffSeconds: most, profiles } = value;
  const { parallelism } = content;
  if (typeof parallelism === 'number' && parallelism <= 0)
    errors.push(invalid('parallelism', parallelism, 'should be an integer value greater than zero'));
  profiles.forEach((profile, i) => {
    errors.push(...profileErrors(profile, `profiles[${i}]`));
    const same = profiles.findIndex(({ schedulerName }) => schedulerName === profile.schedulerName);
    if (same < i)
      errors.push({
        type: 'Duplicate',
        field: `profiles[${i}].schedulerName`,
        value: `profiles[${same}].schedulerName`,
        detail: '',
      });
    const sorts = JSON.stringify(profile.plugins?.queueSort ?? {});
    if (i > 0 && sorts !== JSON.stringify(profiles[0]?.plugins?.queueSort ?? {}))
      errors.push(
        invalid(`profiles[${i}].plugins.queueSort`, JSON.parse(sorts) as Json, 'must be the same for all profiles'),
      );
  });
  const sorters = profiles[0]?.plugins?.queueSort?.enabled?.length ?? 0;
  if (sorters > 1)
    errors.push(invalid('profiles[0].plugins.queueSort.Enabled', sorters, 'only one queue sort plugin can be enabled'));
  errors.push(...percentErrors('percentageOfNodesToScore', value.percentageOfNodesToScore));
  if (first <= 0) errors.push(invalid('podInitialBackoffSeconds', first, 'must be greater than 0'));
  if (most < first)
    errors.push(invalid('podMaxBackoffSeconds', most, 'must be greater than or equal to PodInitialBackoffSeconds'));
  return errors;
}
const percentErrors = (path: string, percent: number | undefined): readonly FieldError[] =>
  percent === undefined || (percent >= 0 && percent <= 100)
    ? []
    : [invalid(path, percent, 'not in valid range [0-100]')];

function profileErrors(profile: ProfileConfiguration, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (profile.schedulerName === '') errors.push(required(`${path}.schedulerName`));
  errors.push(...percentErrors(`${path}.percentageOfNodesToScore`, profile.percentageOfNodesToScore));
  for (const [point, set] of Object.entries(profile.plugins ?? {}))
    set.enabled?.forEach(({ name }, i) => {
      if (REMOVED.has(name)) errors.push(removed(`${path}.plugins.${point}.enabled[${i}]`, name));
    });
  const configs = profile.pluginConfig ?? [];
  configs.forEach(({ name, args }, i) => {
    const at = `${path}.pluginConfig[${i}]`;
    if (configs.findIndex((one) => one.name === name) < i)
      errors.push({ type: 'Duplicate', field: at, value: name, detail: '' });
    if (REMOVED.has(name)) errors.push(removed(at, name));
    else errors.push(...argsErrors(name, `${at}.args`, args as Readonly<Record<string, unknown>>));
  });
  return errors;
}
function extenderErrors(
  extender: ExtenderConfiguration,
  i: number,
  all: readonly ExtenderConfiguration[],
): FieldError[] {
  const errors: FieldError[] = [];
  const { prioritizeVerb = '', weight = 0, managedResources = [] } = extender;
  if (prioritizeVerb !== '' && weight <= 0)
    errors.push(invalid(`extenders[${i}].weight`, weight, 'must have a positive weight applied to it'));
  const earlier = new Set(all.slice(0, i).flatMap((one) => (one.managedResources ?? []).map(({ name }) => name)));
  managedResources.forEach(({ name }, j) => {
    const at = `extenders[${i}].managedResources[${j}].name`;
    const wrong = qualifiedName(name);
    for (const why of wrong) errors.push(invalid(at, name, why));
    if (wrong.length === 0 && !isExtended(name)) errors.push(invalid(at, name, 'is an invalid extended resource name'));
    if (earlier.has(name)) errors.push(invalid(at, name, 'duplicate extender managed resource name'));
    earlier.add(name);
  });
  return errors;
}
const isExtended = (name: string): boolean =>
  name.includes('/') && !name.startsWith('requests.') && !/(^|\.)kubernetes\.io\//.test(name);
