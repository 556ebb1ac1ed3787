import type { Tx } from '../../database/transaction.ts';
import type { Filter } from '../../webhooks/subscription/filter.ts';
import type { EventDraft } from '../event.ts';

/**
 * Begins a transaction that chooses: while it is open no subscription changes. A change takes the
 * same lock alone, in the trigger of `webhooks`.
 */
export const CHOOSING = 'begin; select pg_advisory_xact_lock_shared(7036873087)';

/** What decides who gets an event. */
export type Choosable = Pick<EventDraft, 'type' | 'payload' | 'metadata'>;

type Subscription = { patterns: string[]; filter: Filter | null };

/**
 * Who subscribed to what, as this process knows it: it is read once, and then only what has changed
 * since.
 */
export class Subscriptions {
  readonly #known = new Map<string, Subscription>();
  #version = 0;

  /**
   * Reads what has changed. From here to its end the transaction, which was begun with `CHOOSING`,
   * chooses by what holds at its commit.
   */
  async refresh(tx: Tx): Promise<void> {
    const { rows } = await tx.query<Subscription & { id: string; version: number; gone: boolean }>(
      `select id, event_types as patterns, filter, subscription_version::float8 as version,
         event_types is null or deleted_at is not null as gone
       from webhooks where subscription_version > $1::bigint
       order by subscription_version`,
      [this.#version],
    );
    for (const { id, patterns, filter, version, gone } of rows) {
      if (gone) this.#known.delete(id);
      else this.#known.set(id, { patterns, filter });
      this.#version = Math.max(this.#version, version);
    }
  }

  /** The webhooks that get an event, in the order of their ids. */
  async choose(event: Choosable): Promise<string[]> {
    const chosen = [...this.#known].filter(([, { patterns }]) => patterns.includes(event.type));
    return chosen.map(([id]) => id).toSorted();
  }
}
