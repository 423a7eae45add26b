//! How many seats a request takes, and for how long after its answer: lists and first events of watches by the objects
//! that they look at, writes by who hears of them (k8s.io/apiserver/pkg/util/flowcontrol/request).
import type { Action } from '../access/rule.ts';
import { isTrue } from '../http/query.ts';

const OBJECTS_PER_SEAT = 100;
const WATCHES_PER_SEAT = 10;
const SEATS_MAX = 100;
/** Of a level's nominal seats, what one request may take. */
const LEVEL_PART = 0.15;
const EVENT_MS = 5;

export interface Work {
  readonly seats: number;
  /** Taken for `extraMs` after the answer. */
  readonly finalSeats: number;
  readonly extraMs: number;
}
export const ONE_SEAT: Work = { seats: 1, finalSeats: 0, extraMs: 0 };
export const widest = ({ seats, finalSeats }: Work): number => Math.max(seats, finalSeats);

export interface Counts {
  /** Undefined: nobody has counted them. */
  objects(group: string, resource: string): number | undefined;
  watchers(group: string, resource: string, namespace: string): number;
}
/** The widest request of a level. A flow's hand is never empty of queues for others because of one. */
export const seatsMax = (nominal: number, handSize?: number): number => {
  const most = Math.min(nominal * LEVEL_PART, handSize === undefined ? nominal : nominal / handSize, SEATS_MAX);
  return Math.max(1, Math.ceil(most));
};

export function workOf(action: Action, query: URLSearchParams, counts: Counts, most: number): Work {
  if ('path' in action) return ONE_SEAT;
  const { verb, group, resource, subresource, namespace, name } = action;
  switch (verb) {
    case 'watch':
      if (!isTrue(query.get('sendInitialEvents'))) return ONE_SEAT;
      break;
    case 'list':
      break;
    case 'create':
    case 'update':
    case 'patch':
    case 'delete': {
      if (subresource === 'token') return ONE_SEAT;
      const watchers = counts.watchers(group, resource, namespace);
      if (watchers < WATCHES_PER_SEAT) return ONE_SEAT;
      const wanted = Math.ceil(watchers / WATCHES_PER_SEAT);
      const finalSeats = Math.min(wanted, most);
      return { seats: 1, finalSeats, extraMs: (wanted * EVENT_MS) / finalSeats };
    }
    default:
      return ONE_SEAT;
  }
  if (name !== '') return ONE_SEAT;
  const seats = Math.ceil((counts.objects(group, resource) ?? 0) / OBJECTS_PER_SEAT);
  return { ...ONE_SEAT, seats: Math.min(Math.max(seats, 1), most) };
}
