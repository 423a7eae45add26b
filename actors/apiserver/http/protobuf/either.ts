//! Where JSON has one thing or the other, protobuf has a field for each: the schema's, and the other thing's.
export const EXTENSIONS = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1';
export const EITHER: Readonly<Record<string, readonly [schema: number, other: number]>> = {
  [`${EXTENSIONS}.JSONSchemaPropsOrArray`]: [1, 2],
  [`${EXTENSIONS}.JSONSchemaPropsOrBool`]: [2, 1],
  [`${EXTENSIONS}.JSONSchemaPropsOrStringArray`]: [1, 2],
};
/** Messages without fields: that they are there is what they say. */
export const EMPTY: ReadonlySet<string> = new Set([`${EXTENSIONS}.CustomResourceSubresourceStatus`]);
