//! What of flow schemas and priority levels decides (flowcontrol.apiserver.k8s.io/v1).
export interface Subject {
  readonly kind: string;
  readonly user?: { readonly name: string };
  readonly group?: { readonly name: string };
  readonly serviceAccount?: { readonly namespace: string; readonly name: string };
}
export interface ResourceRule {
  readonly verbs?: readonly string[];
  readonly apiGroups?: readonly string[];
  /** `pods`, `pods/status` */
  readonly resources?: readonly string[];
  readonly namespaces?: readonly string[];
  readonly clusterScope?: boolean;
}
export interface PathRule {
  readonly verbs?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}
export interface PolicyRules {
  readonly resourceRules?: readonly ResourceRule[];
  readonly nonResourceRules?: readonly PathRule[];
}
export interface FlowSchemaSpec {
  readonly priorityLevelConfiguration: { readonly name: string };
  /** 1 to 10,000; the least that matches decides. */
  readonly matchingPrecedence: number;
  readonly distinguisherMethod?: { readonly type: string };
  readonly rules?: readonly (PolicyRules & { readonly subjects?: readonly Subject[] })[];
}
export interface Queuing {
  readonly queues: number;
  /** Of how many queues a flow may use any. */
  readonly handSize: number;
  readonly queueLengthLimit: number;
}
export interface LevelSpec {
  readonly type: string;
  readonly exempt?: { readonly nominalConcurrencyShares?: number; readonly lendablePercent?: number };
  readonly limited?: {
    readonly nominalConcurrencyShares?: number;
    readonly lendablePercent?: number;
    /** Absent: as much as others lend. */
    readonly borrowingLimitPercent?: number | null;
    readonly limitResponse?: { readonly type: string; readonly queuing?: Partial<Queuing> };
  };
}
