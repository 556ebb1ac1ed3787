import type { WebhookSecret } from '../../src/webhooks/secrets/secret.ts';
import type { Api } from '../setup/service.ts';
import type { Chance } from './intensity.ts';

/** A secret that was ever given to the webhook. Times are `Date.now()`. */
export type Known = { token: string; begunAt: number; endedAt: number };

type Change =
  | { kind: 'rotate'; token: string; overlap: number }
  | { kind: 'end'; secret: WebhookSecret }
  | { kind: 'put'; token: string };

/**
 * Changes the secrets of one webhook, one after the other, and keeps account of what has to be
 * valid after each answer.
 */
export class SecretChanges {
  readonly known: Known[] = [];
  /** What did not fit. */
  readonly problems: string[] = [];
  readonly #api: () => Api;
  readonly #webhookId: string;
  readonly #chance: Chance;
  /** The present one first, as they were last listed. */
  #valid: WebhookSecret[] = [];
  readonly #tokens = new Map<string, string>();
  #count = 0;

  constructor(api: () => Api, { id, token }: { id: string; token: string }, chance: Chance) {
    this.#api = api;
    this.#webhookId = id;
    this.#chance = chance;
    this.known.push({ token, begunAt: 0, endedAt: Infinity });
  }

  /** To be called once before changes. */
  async begin(): Promise<void> {
    this.#valid = await this.#list();
    this.#tokens.set(this.#valid[0]?.id ?? '', this.known[0]?.token ?? '');
  }

  /**
   * Makes a change, and compares what came of it. @returns undefined, or where the server was gone
   * meanwhile how to compare when it is back.
   */
  async make(): Promise<(() => Promise<void>) | undefined> {
    const change = this.#next();
    if (change.kind !== 'end')
      this.known.push({ token: change.token, begunAt: Date.now(), endedAt: Infinity });
    const status = await this.#call(change).catch(() => undefined);
    if (status === 422 && change.kind === 'rotate' && this.#valid.length < 3)
      this.problems.push(`refused with ${this.#valid.length} that were valid`);
    const happened = status === undefined || status >= 500 ? undefined : status < 300;
    const compare = () => this.#compare(change, happened);
    return happened === undefined
      ? compare
      : compare().then(
          () => undefined,
          () => compare,
        );
  }

  #next(): Change {
    this.#count += 1;
    const token = `token ${this.#count}`;
    const old = this.#valid.slice(1);
    const roll = this.#chance.between(1, 10);
    if (roll === 1) return { kind: 'put', token };
    if (old.length > 0 && roll <= 5) return { kind: 'end', secret: this.#chance.pick(old) };
    return { kind: 'rotate', token, overlap: this.#chance.pick([0, 2, 3600, 3600]) };
  }

  async #call(change: Change): Promise<number> {
    const path = `/webhooks/${this.#webhookId}`;
    const api = this.#api();
    switch (change.kind) {
      case 'rotate': {
        const given = { secret_token: change.token, overlap_seconds: change.overlap };
        return (await api.call('POST', `${path}/secrets`, given)).status;
      }
      case 'end':
        return (await api.call('DELETE', `${path}/secrets/${change.secret.id}`)).status;
      case 'put': {
        const { status, body } = await api.call('GET', path);
        if (status !== 200) return status;
        const { health: _health, ...settings } = body as Record<string, unknown>;
        return (await api.call('PUT', path, { ...settings, secret_token: change.token })).status;
      }
    }
  }

  /**
   * Compares what is valid now with what a change makes of what was; where it was not answered it
   * may have happened or not, but whole.
   */
  async #compare(change: Change, happened?: boolean): Promise<void> {
    const now = await this.#list();
    const before = this.#valid.filter(({ expires_at: end }) => notOver(end));
    const did = ids(this.#after(change, before, now));
    const shown = ids(now.filter(({ expires_at: end }) => notOver(end)));
    const isDone = happened ?? shown === did;
    const expected = isDone ? did : ids(before);
    if (shown !== expected)
      this.problems.push(`${change.kind} ${happened}: ${shown} are valid, not ${expected}`);
    if (now.length > 3) this.problems.push(`${now.length} secrets are valid`);
    if (isDone && change.kind !== 'end') this.#tokens.set(now[0]?.id ?? '', change.token);
    this.#noteEnds(now);
    this.#valid = now;
  }

  #after(change: Change, before: WebhookSecret[], now: WebhookSecret[]): WebhookSecret[] {
    const next = now.slice(0, 1);
    if (change.kind === 'put') return next;
    if (change.kind === 'end') return before.filter(({ id }) => id !== change.secret.id);
    const isNew = next[0]?.id !== before[0]?.id;
    if (!isNew) return [];
    const stays = change.overlap >= LONG_SECONDS;
    // One that ends by itself within moments may or may not be there still.
    return [...next, ...before.filter((one, i) => (i === 0 ? stays : notOver(one.expires_at)))];
  }

  #noteEnds(now: WebhookSecret[]): void {
    for (const [id, token] of this.#tokens) {
      const one = now.find((secret) => secret.id === id);
      const entry = this.known.find((known) => known.token === token);
      if (entry === undefined) continue;
      const endsAt = one?.expires_at === null ? Infinity : Date.parse(one?.expires_at ?? '');
      entry.endedAt = Math.min(entry.endedAt, one === undefined ? Date.now() : endsAt);
    }
  }

  async #list(): Promise<WebhookSecret[]> {
    const { body } = await this.#api().call('GET', `/webhooks/${this.#webhookId}/secrets`);
    return (body as { secrets: WebhookSecret[] }).secrets;
  }
}

/** Those that end sooner are not compared: they end while one looks. */
const LONG_SECONDS = 60;

const notOver = (end: string | null) =>
  end === null || Date.parse(end) - Date.now() > LONG_SECONDS * 1000;

const ids = (secrets: WebhookSecret[]) => secrets.map(({ id }) => id).join(' ');
