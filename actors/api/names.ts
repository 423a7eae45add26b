//! What may be a name. Each check returns what is wrong, in the words of k8s.io/apimachinery/pkg/util/validation.

const regexError = (message: string, format: string, ...examples: readonly string[]): string =>
  `${message} (${examples.length === 0 ? '' : 'e.g. '}${examples.map((x) => `'${x}', `).join(' or ')}regex used for validation is '${format}')`;
/** util/validation counts characters in its words, api/validate/content bytes. */
const maxLength = (max: number, unit = 'characters'): string => `must be no more than ${max} ${unit}`;

export type NameCheck = (name: string) => readonly string[];
const check =
  (shape: RegExp, max: number, message: string, unit?: string): NameCheck =>
  (name) => {
    const errors: string[] = [];
    if (name.length > max) errors.push(maxLength(max, unit));
    if (!shape.test(name)) errors.push(message);
    return errors.length === 0 ? NONE : errors;
  };
const NONE: readonly string[] = Object.freeze([]) as readonly string[];

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

const label: NameCheck = check(
  new RegExp(`^${LABEL}$`),
  63,
  regexError(
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
    LABEL,
    'my-name',
    '123-abc',
  ),
);
export const dns1123Subdomain: NameCheck = check(
  new RegExp(`^${SUBDOMAIN}$`),
  253,
  regexError(
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
    SUBDOMAIN,
    'example.com',
  ),
);
/** As a resolver's search path may be. */
export const dns1123SubdomainWithUnderscore: NameCheck = check(
  /^_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*$/,
  253,
  regexError(
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
    SUBDOMAIN,
    'example.com',
  ),
);
export const httpHeaderName: NameCheck = (name) =>
  /^[-A-Za-z0-9]+$/.test(name)
    ? NONE
    : [
        regexError(
          "a valid HTTP header must consist of alphanumeric characters or '-'",
          '[-A-Za-z0-9]+',
          'X-Header-Name',
        ),
      ];
/** What would be a subdomain is told what makes it none of its labels. */
export const dns1123Label: NameCheck = (name) => {
  const wrong = label(name);
  if (wrong.length === 0 || !name.includes('.') || !IS_SUBDOMAIN.test(name)) return wrong;
  return [...wrong.slice(0, -1), 'must not contain dots'];
};
const IS_SUBDOMAIN = new RegExp(`^${SUBDOMAIN}$`);
export const dns1035Label: NameCheck = check(
  /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
  63,
  regexError(
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
    '[a-z]([-a-z0-9]*[a-z0-9])?',
    'my-name',
    'abc-123',
  ),
);
export const wildcardDns1123Subdomain: NameCheck = check(
  new RegExp(`^\\*\\.${SUBDOMAIN}$`),
  253,
  regexError(
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
    `\\*\\.${SUBDOMAIN}`,
    '*.example.com',
  ),
);
export const labelValue: NameCheck = check(
  new RegExp(`^(${QUALIFIED})?$`),
  63,
  regexError(
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    `(${QUALIFIED})?`,
    'MyValue',
    'my_value',
    '12345',
  ),
  'bytes',
);
const namePart = check(
  new RegExp(`^${QUALIFIED}$`),
  63,
  regexError(
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    QUALIFIED,
    'MyName',
    'my.name',
    '123-abc',
  ),
  'bytes',
);
/** Keys of labels and annotations, names of conditions and extended resources. */
export const qualifiedName: NameCheck = (name) => {
  const parts = name.split('/');
  const local = parts.at(-1) ?? '';
  const errors: string[] = [];
  if (parts.length > 2) {
    return [
      `a valid label key ${regexError("must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character", QUALIFIED, 'MyName', 'my.name', '123-abc')} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  if (parts.length === 2) {
    if (parts[0] === '') errors.push('prefix part must be non-empty');
    else for (const error of dns1123Subdomain(parts[0] ?? '')) errors.push(`prefix part ${error}`);
  }
  if (local === '') errors.push('name part must be non-empty');
  for (const error of namePart(local)) errors.push(`name part ${error}`);
  return errors;
};
/** RBAC names may hold anything a URL path segment may (rest.ValidatePathSegmentName). */
export const pathSegment: NameCheck = (name) => {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%'].filter((part) => name.includes(part)).map((part) => `may not contain '${part}'`);
};
/** RelaxedEnvironmentVariableValidation, on since 1.34. */
export const envVarName: NameCheck = (name) =>
  /^[ -<>-~]+$/.test(name)
    ? NONE
    : [
        regexError(
          "a valid environment variable name must consist only of printable ASCII characters other than '='",
          '^[ -<>-~]+$',
        ),
      ];
export const configMapKey: NameCheck = (name) => {
  const errors: string[] = [];
  if (name.length > 253) errors.push(maxLength(253));
  if (!/^[-._a-zA-Z0-9]+$/.test(name)) {
    errors.push(
      regexError(
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
        '[-._a-zA-Z0-9]+',
        'key.name',
        'KEY_NAME',
        'key-name',
      ),
    );
  }
  if (name === '.') errors.push(`must not be '.'`);
  else if (name === '..') errors.push(`must not be '..'`);
  else if (name.startsWith('..')) errors.push(`must not start with '..'`);
  return errors;
};
export const portName: NameCheck = (name) => {
  const errors: string[] = [];
  if (name.length > 15) errors.push(maxLength(15));
  if (!/^[-a-z0-9]+$/.test(name)) {
    errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(name)) errors.push('must contain at least one letter (a-z)');
  if (name.includes('--')) errors.push('must not contain consecutive hyphens');
  if (name.startsWith('-') || name.endsWith('-')) errors.push('must not begin or end with a hyphen');
  return errors;
};
export const portNumber = (port: number): readonly string[] =>
  Number.isInteger(port) && port >= 1 && port <= 65535 ? NONE : ['must be between 1 and 65535, inclusive'];
export const cronJobName: NameCheck = (name) =>
  name.length > 52 ? ['must be no more than 52 characters'] : dns1123Subdomain(name);
export const validLabel = (name: string): boolean => dns1123Label(name).length === 0;
