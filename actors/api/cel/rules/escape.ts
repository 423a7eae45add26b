//! Names of properties as identifiers: k8s.io/apiserver/pkg/cel/escaping.go.
const RESERVED = new Set(
  (
    'true false null in as break const continue else for function if import let loop package namespace return ' +
    'var void while'
  ).split(' '),
);
const SIGNS: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};
/** Undefined for a name that no expression can spell. */
export function escaped(property: string): string | undefined {
  if (property === '' || /^[0-9]/.test(property) || /[^a-zA-Z0-9\-./_]/.test(property)) return undefined;
  if (RESERVED.has(property)) return `__${property}__`;
  return property.replace(/__|[-./]/g, (sign) => SIGNS[sign]!);
}
