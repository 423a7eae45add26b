//! Statuses that every API server says itself, in rounds: by name, at whose changes, and how.
import { checkPolicies, VALIDATING_POLICIES } from './admission/policy/status.ts';
import { checkSchemas, FLOW_SCHEMAS, PRIORITY_LEVELS } from './fairness/dangling.ts';

export const OWN_STATUSES = [
  ['policies', [VALIDATING_POLICIES], checkPolicies],
  ['schemas', [FLOW_SCHEMAS, PRIORITY_LEVELS], checkSchemas],
] as const;
