import type { Metadata } from '../webhooks/metadata.ts';

/** Something that happened, for whoever subscribed. Named as the columns and the API's fields. */
export type Event = {
  id: string;
  type: string;
  payload: string;
  metadata: Metadata;
  ordering_key: string | null;
  send_at: string | null;
  expires_at: string | null;
  /** How many webhooks get it; null: they are yet to be chosen. */
  deliveries: number | null;
  /** The operation that makes the deliveries that its commit did not; null: it made all. */
  operation_id: string | null;
  /** Why an event that an application emitted goes to nobody; null: nothing is wrong with it. */
  fault: string | null;
  /** Of the call that made it; null: it told of no trace. */
  traceparent: string | null;
  payload_removed_at: string | null;
  created_at: string;
};

/** What a client gives. `sendAt` and `expiresAt` are times as PostgreSQL reads them. */
export type EventDraft = {
  type: string;
  /** The text that is sent, byte for byte. */
  payload: string;
  metadata?: Metadata | undefined;
  orderingKey?: string | undefined;
  sendAt?: string | undefined;
  expiresAt?: string | undefined;
  /** The trace that it belongs to, as it is stored. */
  traceContext?: string | undefined;
};

export class EventNotFound extends Error {
  override name = 'EventNotFound';
}

/** One of several events that come together is at fault. `cause`: what is thrown for it alone. */
export class EventOfBatchRefused extends Error {
  override name = 'EventOfBatchRefused';
  readonly index: number;

  constructor(index: number, cause: unknown) {
    super(`events[${index}]`, { cause });
    this.index = index;
  }
}

/** A batch goes to more webhooks than one commit may choose. Nothing of it is stored. */
export class BatchTooWide extends Error {
  override name = 'BatchTooWide';
}
