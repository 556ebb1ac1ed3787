import type { Queryable } from '../../database/pool.ts';
import type { EventDraft } from '../event.ts';
import { EventTypeArchived, EventTypeNotFound } from './event-type.ts';

type Checked = Pick<EventDraft, 'type' | 'payload'>;

/** Whether events are of types that there are, and their payloads fit the schemas of these. */
export class PayloadCheck {
  readonly #isOpen: boolean;

  /** `isOpen`: events of types that nobody has created are taken as well. */
  constructor({ isOpen }: { isOpen: boolean }) {
    this.#isOpen = isOpen;
  }

  /**
   * Before any transaction: a schema may take some time.
   * @throws EventTypeNotFound
   * @throws EventTypeArchived
   * @throws EventInvalid
   */
  async check(db: Queryable, { type }: Checked): Promise<void> {
    const { rows } = await db.query<{ archived: boolean }>(
      'select archived_at is not null as archived from event_types where name = $1',
      [type],
    );
    if (rows[0]?.archived) throw new EventTypeArchived(type);
    if (rows[0] === undefined && !this.#isOpen) throw new EventTypeNotFound(type);
  }
}
