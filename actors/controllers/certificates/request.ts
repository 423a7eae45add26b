//! A CertificateSigningRequest as its controllers see it.
import type { Resource } from '../../api/resource.ts';
import { findResource } from '../../api/resources.ts';
import type { Condition, KubeObject } from '../../api/types/meta.ts';

export interface SigningRequest extends KubeObject {
  readonly spec: {
    /** base64 of PEM */
    readonly request: string;
    readonly signerName: string;
    readonly usages?: readonly string[];
    readonly expirationSeconds?: number;
    readonly username?: string;
    readonly uid?: string;
    readonly groups?: readonly string[];
    readonly extra?: Readonly<Record<string, readonly string[]>>;
  };
  readonly status?: {
    /** base64 of PEM */
    readonly certificate?: string;
    readonly conditions?: readonly (Condition & { readonly lastUpdateTime?: string })[];
  };
}
export const REQUESTS = findResource(
  'certificates.k8s.io',
  'v1',
  'certificatesigningrequests',
) as Resource as Resource<SigningRequest>;

export const conditionOf = ({ status }: SigningRequest, type: string) =>
  status?.conditions?.find((condition) => condition.type === type);
export const isApproved = (request: SigningRequest): boolean =>
  conditionOf(request, 'Approved') !== undefined && conditionOf(request, 'Denied') === undefined;
export const hasCertificate = ({ status }: SigningRequest): boolean => (status?.certificate ?? '') !== '';
