import type { Schemas } from '../../client/api.ts';
import { attemptOutcome } from '../../client/explaining/attempt.ts';
import type { Output } from './output.ts';
import type { Column } from './table.ts';
import { timeText } from './times.ts';

type Attempt = Schemas['DeliveryAttempt'];

/** Attempts of several deliveries in a table. */
export const attemptColumns = ({ zone, paint }: Output): Column<Attempt>[] => [
  { name: 'AT', of: ({ created_at }) => timeText(created_at, zone) },
  {
    name: 'OUTCOME',
    of: attemptOutcome,
    may: 'shrink',
    paint: (text, { success }) => paint(success ? 'green' : 'red', text),
  },
  { name: 'TOOK', of: ({ execution_duration: ms }) => `${ms} ms`, align: 'right' },
  { name: 'DELIVERY', of: ({ delivery_id }) => delivery_id },
];
