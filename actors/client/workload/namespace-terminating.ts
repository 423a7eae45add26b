import type { Fault } from '../../../runtime/fault.ts';

interface Causes {
  readonly details?: { readonly causes?: readonly { readonly reason?: string }[] };
}
/** Refused because the namespace is on its way out: nothing can be made there any more, and nothing has to. */
export const namespaceTerminating = ({ detail }: Fault): boolean =>
  (detail as Causes | undefined)?.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') ?? false;
