//! How many requests each level may have at once: its share of what the server has
//! (k8s.io/apiserver/pkg/util/flowcontrol apf_controller.go).
import type { Limits } from './level.ts';
import type { LevelSpec, Queuing } from './types.ts';

export interface LevelOf {
  readonly name: string;
  readonly uid: string;
  readonly spec: LevelSpec;
}
/** Defaults of flowcontrol.apiserver.k8s.io/v1. */
const SHARES = 30;
const QUEUING: Queuing = { queues: 64, handSize: 8, queueLengthLimit: 50 };

/** Exempt levels have none. */
export function limitsOf(levels: readonly LevelOf[], seats: number): ReadonlyMap<string, Limits> {
  const total = levels.reduce((sum, { spec }) => sum + sharesOf(spec), 0);
  return new Map(
    levels
      .filter(({ spec }) => spec.type === 'Limited')
      .map(({ name, spec }) => {
        const nominal = total === 0 ? 0 : Math.ceil((seats * sharesOf(spec)) / total);
        const { lendablePercent = 0, borrowingLimitPercent, limitResponse } = spec.limited ?? {};
        const most =
          typeof borrowingLimitPercent === 'number' ? Math.round((nominal * borrowingLimitPercent) / 100) : seats;
        const reserved = nominal - Math.round((nominal * lendablePercent) / 100);
        const queuing = limitResponse?.type === 'Queue' ? { ...QUEUING, ...limitResponse.queuing } : undefined;
        return [name, { nominal, reserved, most: nominal + most, ...(queuing === undefined ? {} : { queuing }) }];
      }),
  );
}
const sharesOf = ({ type, exempt, limited }: LevelSpec): number =>
  type === 'Limited' ? (limited?.nominalConcurrencyShares ?? SHARES) : (exempt?.nominalConcurrencyShares ?? 0);
