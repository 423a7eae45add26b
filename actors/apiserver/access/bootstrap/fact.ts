//! How the roles of a new cluster are written down.
export interface RoleFact {
  readonly name: string;
  readonly namespace?: string;
  /** `verbs | groups | resources [| names]`, or `verbs | URLs that are no resource`; each a list by commas. */
  readonly rules: readonly string[];
  /** Its rules are those of all roles that add to this. */
  readonly sums?: string;
  readonly addsTo?: string;
}
export interface BindingFact {
  readonly name: string;
  readonly namespace?: string;
  readonly role: string;
  /** `Group:x`, `User:x`, `ServiceAccount:namespace/x` */
  readonly to: readonly string[];
}
