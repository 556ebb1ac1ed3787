import type { Lanes, Seat } from './lanes.ts';
import type { Held } from './lease.ts';

/** Claims that wait in this worker until their webhook has room. */
export type Line = {
  /** False where the line, or the webhook's part of it, is full. */
  add(held: Held): boolean;
  /** Takes out those that have a seat now. */
  seated(lanes: Lanes): { held: Held; seat: Seat }[];
  /** Takes out a webhook's claims, or all. */
  remove(webhookId?: string): Held[];
  size(): number;
  /** Webhooks that have claims in it. */
  webhookIds(): string[];
};

/** At most `capacity` claims in all and `share` a webhook. */
export function createLine({ capacity, share }: { capacity: number; share: number }): Line {
  const waiting = new Map<string, Held[]>();
  let size = 0;

  function remove(webhookId?: string): Held[] {
    const ids = webhookId === undefined ? [...waiting.keys()] : [webhookId];
    const removed = ids.flatMap((id) => waiting.get(id) ?? []);
    for (const id of ids) waiting.delete(id);
    size -= removed.length;
    return removed;
  }

  return {
    add(held) {
      const { webhookId } = held.claim;
      const queue = waiting.get(webhookId) ?? [];
      if (size >= capacity || queue.length >= share) return false;
      queue.push(held);
      waiting.set(webhookId, queue);
      size += 1;
      return true;
    },
    seated(lanes) {
      const seated: { held: Held; seat: Seat }[] = [];
      for (const [webhookId, queue] of waiting) {
        for (let seat = lanes.seat(webhookId); seat; seat = lanes.seat(webhookId)) {
          const held = queue.shift() as Held;
          size -= 1;
          seated.push({ held, seat });
          if (queue.length > 0) continue;
          waiting.delete(webhookId);
          break;
        }
      }
      return seated;
    },
    remove,
    size: () => size,
    webhookIds: () => [...waiting.keys()],
  };
}
