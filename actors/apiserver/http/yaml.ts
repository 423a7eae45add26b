//! YAML as the server reads it: of a key that is there twice the last counts, and it can be said which.
import type { Yaml } from './body.ts';

/** What is used of the library `yaml`, which is loaded by whoever meets the first YAML. */
export interface YamlLibrary {
  parse(text: string, options: { uniqueKeys: boolean }): unknown;
  stringify(value: unknown): string;
  parseDocument(text: string): {
    readonly errors: readonly {
      readonly code: string;
      readonly pos: readonly [number, number];
      readonly linePos?: readonly { readonly line: number }[];
    }[];
  };
}
export const yamlOf = (library: YamlLibrary): Yaml => ({
  parse: (text) => library.parse(text, { uniqueKeys: false }),
  stringify: (value) => library.stringify(value),
  duplicates: (text) => {
    const lines = library.parseDocument(text).errors.flatMap(({ code, pos, linePos }) => {
      if (code !== 'DUPLICATE_KEY') return [];
      const key = /^["']?([^:"'\n]*)/.exec(text.slice(pos[0]))?.[1] ?? '';
      return [`  line ${linePos?.[0]?.line ?? 0}: key ${JSON.stringify(key.trim())} already set in map`];
    });
    // The words of Go's YAML, which clients look for.
    return lines.length === 0 ? [] : [`yaml: unmarshal errors:\n${lines.join('\n')}`];
  },
});
