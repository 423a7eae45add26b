//! Tables of custom resources: additionalPrinterColumns and the simple JSON paths that they and scales name.
import { get, isObject, type Json, type JsonObject, listOf, textOf } from '../json.ts';
import { ageOf, type Cell, type Column, columns, nameOf, type Printer } from '../table/column.ts';
import { age, parseTime } from '../time.ts';

/** `.spec.list[0].name`, `.metadata.labels.a\.b`, `.spec.x['a']`: its steps; undefined: no plain path. */
export function stepsOf(path: string): readonly (string | number)[] | undefined {
  const steps: (string | number)[] = [];
  let rest = path.trim().replace(/^\{(.*)\}$/, '$1');
  if (rest === '.' || rest === '') return [];
  while (rest !== '') {
    const found = /^\.((?:[^.[\]\\]|\\.)+)|^\[(\d+)\]|^\[['"]((?:[^'"\\]|\\.)*)['"]\]|^\[\*\]|^\[:?\]/.exec(rest);
    if (found === null) return undefined;
    const [whole, name, index, quoted] = found;
    if (name !== undefined) steps.push(name.replace(/\\(.)/g, '$1'));
    else if (index !== undefined) steps.push(Number(index));
    else if (quoted !== undefined) steps.push(quoted.replace(/\\(.)/g, '$1'));
    else return undefined;
    rest = rest.slice(whole.length);
  }
  return steps;
}
/** The value at a path, of the first that a filter `[?(@.key=="x")]` or `[*]` lets through. */
export function valueAt(object: Json, path: string): Json | undefined {
  const steps = stepsOf(path);
  if (steps !== undefined) return get(object, ...steps);
  const filter = /^\{?(.*?)\[(?:\*|\?\(@\.([\w.]+)\s*==\s*["']([^"']*)["']\))\](.*?)\}?$/.exec(path.trim());
  if (filter === null) return undefined;
  const [, before = '', key, wanted, after = ''] = filter;
  const items = listOf(valueAt(object, before));
  const item = key === undefined ? items[0] : items.find((one) => get(one, ...key.split('.')) === wanted);
  return item === undefined ? undefined : after === '' ? item : valueAt(item, after);
}

const AGED: Printer = {
  columns: columns('Name Age:date'),
  cells: (object, nowMs) => [nameOf(object), ageOf(object, nowMs)],
};
const [NAME] = columns('Name') as [Column];

/** Of one version of a CustomResourceDefinition. */
export function printerOfColumns(given: readonly Json[]): Printer {
  const own = given.filter(isObject);
  if (own.length === 0) return AGED;
  return {
    columns: [
      NAME,
      ...own.map((column) => ({
        name: textOf(column['name']),
        type: textOf(column['type']) as Column['type'],
        format: textOf(column['format']),
        description:
          textOf(column['description']) ||
          `Custom resource definition column (in JSONPath format): ${textOf(column['jsonPath'])}`,
        priority: typeof column['priority'] === 'number' ? column['priority'] : 0,
      })),
    ],
    cells: (object, nowMs) => [nameOf(object), ...own.map((column) => cell(object, column, nowMs))],
  };
}
/** tableconvertor.go: a cell without a value is null. */
function cell(object: Json, column: JsonObject, nowMs: number): Cell {
  const value = valueAt(object, textOf(column['jsonPath']));
  if (value === undefined || value === null) return null;
  switch (column['type']) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date': {
      const at = parseTime(textOf(value));
      return at === undefined ? '<invalid>' : age(textOf(value), nowMs);
    }
    default:
      return typeof value === 'string' ? value : JSON.stringify(value);
  }
}
