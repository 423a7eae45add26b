//! Flow schemas and the levels of priority that they lead to.
import { get, type Json, listOf, textOf } from '../json.ts';
import { ageOf, type Cell, columns, count, NONE, nameOf, type Printer } from './column.ts';

const precedence = (object: Json): number => count(get(object, 'spec', 'matchingPrecedence'));
export const flowSchemas: Printer = {
  columns: columns('Name PriorityLevel MatchingPrecedence DistinguisherMethod Age MissingPL'),
  cells: (object, nowMs) => {
    const dangling = listOf(get(object, 'status', 'conditions')).find((item) => get(item, 'type') === 'Dangling');
    return [
      nameOf(object),
      textOf(get(object, 'spec', 'priorityLevelConfiguration', 'name')),
      precedence(object),
      textOf(get(object, 'spec', 'distinguisherMethod', 'type')) || NONE,
      ageOf(object, nowMs),
      dangling === undefined ? '?' : textOf(get(dangling, 'status')),
    ];
  },
  order: (a, b) => precedence(a) - precedence(b),
};
export const priorityLevels: Printer = {
  columns: columns('Name Type NominalConcurrencyShares Queues HandSize QueueLengthLimit Age'),
  cells: (object, nowMs) => {
    const limited = get(object, 'spec', 'limited');
    const queuing = get(limited, 'limitResponse', 'queuing');
    const number = (of: Json | undefined, field: string): Cell =>
      of === undefined || of === null ? NONE : count(get(of, field));
    return [
      nameOf(object),
      textOf(get(object, 'spec', 'type')),
      number(limited, 'nominalConcurrencyShares'),
      number(queuing, 'queues'),
      number(queuing, 'handSize'),
      number(queuing, 'queueLengthLimit'),
      ageOf(object, nowMs),
    ];
  },
};
