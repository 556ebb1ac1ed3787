import { createHash } from 'node:crypto';
import type { Metadata } from '../../webhooks/metadata.ts';
import type { NewDelivery } from '../accepting/insert-deliveries.ts';

/**
 * A request that is to be done once, however often it comes. `key` is the SHA-256 of its
 * Idempotency-Key, and `fingerprint` that of what it asks for.
 */
export type IdempotentRequest = { key: Buffer; fingerprint: Buffer };

/** How long a key is kept unless a setting says otherwise. */
export const DEFAULT_WINDOW_SECONDS = 86_400;

/** Deliveries to a webhook, or events of a type. */
type Draft = Omit<NewDelivery, 'id' | 'webhookId'> & ({ webhookId: string } | { type: string });

/** An operation that creates deliveries or events, by its operationId. */
export type Creation = 'createDelivery' | 'createDeliveries' | 'createEvent' | 'createEvents';

/** A request of an operation that creates `drafts` under `key`, a text of printable ASCII. */
export function idempotentRequest(
  key: string,
  operation: Creation,
  drafts: readonly Draft[],
): IdempotentRequest {
  return {
    key: createHash('sha256').update(key).digest(),
    fingerprint: fingerprintOf(operation, drafts),
  };
}

/**
 * The SHA-256 of what a request asks for, not of how its JSON is written. Each part is `-` where
 * there is none, or else the number of its octets, a colon, and its text in UTF-8, so that no two
 * requests have the same parts. `postmand.fingerprint` computes the same of a request that creates
 * one delivery.
 */
export function fingerprintOf(operation: Creation, drafts: readonly Draft[]): Buffer {
  const hash = createHash('sha256');
  const add = (part: string | undefined) => {
    if (part === undefined) return hash.update('-');
    return hash.update(`${Buffer.byteLength(part)}:`).update(part);
  };
  add(operation);
  for (const draft of drafts) {
    const { payload, orderingKey, sendAt, expiresAt, metadata } = draft;
    const whereTo = 'type' in draft ? draft.type : draft.webhookId.toLowerCase();
    for (const part of [whereTo, payload, orderingKey, sendAt, expiresAt]) add(part);
    // What has none is the request that it was before there were any.
    if (metadata !== undefined) add(metadataPart(metadata));
  }
  return hash.digest();
}

/**
 * Pairs in the order of the octets of their names, whatever order JSON has them in. It begins as no
 * id of a webhook does and no type, one of which stands there without metadata.
 */
function metadataPart(metadata: Metadata): string {
  const parts = Object.entries(metadata)
    .toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .flat()
    .map((text) => `${Buffer.byteLength(text)}:${text}`);
  return `{${parts.join('')}`;
}

/** 64 bits of a key, as an advisory lock takes them: its first octets, the highest first. */
export function lockOf({ key }: Pick<IdempotentRequest, 'key'>): string {
  return String(key.readBigInt64BE(0));
}
