import { signal } from '@preact/signals';
import { ApiProblem } from '../client/problem.ts';
import { api } from './session.ts';

/** So many webhooks are read at once, in the hope that they are those that are wanted. */
const FIRST = 200;

/** The names of webhooks by their ids; null where there is none (any more). */
const names = signal<ReadonlyMap<string, string | null>>(new Map());
const asked = new Set<string>();
let first: Promise<void> | undefined;

/** The name of a webhook. Undefined until it is known: whoever draws it is told then. */
export function webhookName(id: string): string | null | undefined {
  const name = names.value.get(id);
  if (name === undefined && !asked.has(id)) {
    asked.add(id);
    void ask(id);
  }
  return name;
}

/** Notes names that were read anyway. */
export function noteNames(webhooks: readonly { id: string; name: string }[]): void {
  const isNew = ({ id, name }: { id: string; name: string }) => names.peek().get(id) !== name;
  if (!webhooks.some(isNew)) return;
  names.value = new Map([...names.peek(), ...webhooks.map(({ id, name }) => [id, name] as const)]);
}

async function ask(webhook_id: string): Promise<void> {
  try {
    first ??= readFirst();
    await first;
    if (names.peek().has(webhook_id)) return;
    noteNames([await api.peek().get('/webhooks/{webhook_id}', { path: { webhook_id } })]);
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404)
      names.value = new Map(names.peek()).set(webhook_id, null);
    // It is asked for again with the next drawing.
    else asked.delete(webhook_id);
  }
}

async function readFirst(): Promise<void> {
  try {
    const { webhooks } = await api.peek().get('/webhooks', { query: { limit: FIRST } });
    noteNames(webhooks);
  } catch {
    first = undefined;
  }
}
