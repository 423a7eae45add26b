//! Which taint which toleration puts up with (k8s.io/api core/v1 Toleration.ToleratesTaint).
import type { Taint } from './types/cluster.ts';
import type { Toleration } from './types/pod.ts';

type TaintLike = Pick<Taint, 'key' | 'value' | 'effect'>;

export function toleratesTaint(toleration: Toleration, taint: TaintLike): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  switch (toleration.operator ?? 'Equal') {
    case 'Exists':
      return true;
    case 'Equal':
      return toleration.key !== undefined && (toleration.value ?? '') === (taint.value ?? '');
    case 'Lt':
      return numbers(toleration, taint, (wanted, has) => has < wanted);
    case 'Gt':
      return numbers(toleration, taint, (wanted, has) => has > wanted);
  }
}
function numbers(toleration: Toleration, taint: TaintLike, holds: (wanted: number, has: number) => boolean): boolean {
  const [wanted, has] = [toleration.value ?? '', taint.value ?? ''];
  return INTEGER.test(wanted) && INTEGER.test(has) && holds(Number(wanted), Number(has));
}
const INTEGER = /^-?\d+$/;

export const tolerates = (tolerations: readonly Toleration[], taint: TaintLike): boolean => {
  for (const toleration of tolerations) if (toleratesTaint(toleration, taint)) return true;
  return false;
};
export const untolerated = (tolerations: readonly Toleration[], taints: readonly Taint[]): Taint | undefined => {
  for (const taint of taints) if (!tolerates(tolerations, taint)) return taint;
  return undefined;
};
