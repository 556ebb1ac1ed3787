import type { ApiClient, Schemas } from '../../../client/api.ts';
import { isPageTooLarge } from '../../../client/problem.ts';

export type Attempt = Schemas['DeliveryAttempt'];

export type FeedFilter = {
  webhook_id?: string | undefined;
  delivery_id?: string | undefined;
  success?: boolean | undefined;
};

/** What a look found, the oldest first. `leftOutBefore`: older ones came too, and were not read. */
export type Look = { attempts: Attempt[]; leftOutBefore?: string };

/**
 * An attempt has the time at which its transaction began, and is there when that has committed. So
 * each look reaches back behind the newest attempt that is known, and at times further.
 */
const REACH_MS = 3000;
const FAR_REACH_MS = 15_000;
const FAR_EVERY_MS = 5000;

/** A look at a list where nothing is new reads no more than this. */
const FIRST_PAGE = 10;
const PAGE = 100;
const MOST_READ = 5000;
/** Requests and responses of attempts are in the list, and most of what it weighs. */
const MOST_CHARACTERS = 64 * 1024 * 1024;

type Reading = { found: Attempt[]; isCut: boolean };

/**
 * The attempts that a server records, each once, by looking at its list again and again. How much
 * of them it remembers and reads at a time is bounded.
 */
export class AttemptFeed {
  readonly #client: ApiClient;
  readonly #filter: FeedFilter;
  readonly #signal: AbortSignal;
  /** Ids and times of those that a look may find again. */
  readonly #seen = new Map<string, string>();
  #newest: string | undefined;
  /** Nothing from then on back is looked for any more. */
  #floor: string | undefined;
  #tookMs = 0;
  #movedAtMs = -Infinity;
  #farAtMs = -Infinity;

  constructor(client: ApiClient, filter: FeedFilter, signal: AbortSignal) {
    this.#client = client;
    this.#filter = filter;
    this.#signal = signal;
  }

  /** Begins with what was recorded since a time, or with what is yet to come. */
  async begin(since: string | undefined): Promise<Look> {
    this.#floor = since;
    if (since !== undefined) return this.look();
    const { delivery_attempts: latest } = await this.#page({ limit: 1 });
    for (const attempt of latest) this.#note(attempt);
    this.#floor = this.#newest;
    return { attempts: [] };
  }

  /** What is new. It throws as the client does, and the next look finds what this one missed. */
  async look(): Promise<Look> {
    const startMs = performance.now();
    const isFar = this.#isFarDue(startMs);
    const before = this.#newest;
    const { found, isCut } = await this.#read(isFar);
    this.#tookMs = performance.now() - startMs;
    if (found.length > 0) this.#movedAtMs = startMs;
    for (const attempt of found) this.#note(attempt);
    const attempts = found.toSorted(byTime);
    const oldest = attempts[0]?.created_at;
    if (isFar) this.#farAtMs = startMs;
    if (isCut) this.#raiseFloor(oldest);
    else if (isFar) this.#raiseFloor(this.#reachingBack(before, FAR_REACH_MS));
    return { attempts, ...(isCut && oldest !== undefined ? { leftOutBefore: oldest } : {}) };
  }

  /** What commits so late that a usual look misses it comes while, or soon after, others do. */
  #isFarDue(nowMs: number): boolean {
    return (
      nowMs - this.#farAtMs >= FAR_EVERY_MS &&
      nowMs - this.#movedAtMs <= FAR_REACH_MS + FAR_EVERY_MS + this.#tookMs
    );
  }

  /** Where answers come late, commits do. */
  #reachingBack(newest: string | undefined, reachMs: number): string | undefined {
    if (newest === undefined) return undefined;
    const from = new Date(Date.parse(newest) - reachMs - this.#tookMs).toISOString();
    return from.replace('Z', '000Z');
  }

  /** Ids below the floor are not met again. */
  #raiseFloor(floor: string | undefined): void {
    if (floor === undefined || (this.#floor !== undefined && floor <= this.#floor)) return;
    this.#floor = floor;
    for (const [id, createdAt] of this.#seen) if (createdAt <= floor) this.#seen.delete(id);
  }

  /** From the newest back as far as a look reaches, or to a page in which nothing is new. */
  async #read(isFar: boolean): Promise<Reading> {
    const from = isFar ? undefined : this.#reachingBack(this.#newest, REACH_MS);
    const found: Attempt[] = [];
    const page = { limit: FIRST_PAGE, cursor: undefined as string | undefined };
    for (let read = 0, characters = 0; ;) {
      const { delivery_attempts, next_cursor, limit } = await this.#page({
        ...page,
        'created_at.gt': this.#floor,
        'created_at.gte': from,
      });
      const unseen = delivery_attempts.filter(({ id }) => !this.#seen.has(id));
      found.push(...unseen);
      read += delivery_attempts.length;
      for (const attempt of delivery_attempts) characters += lengthOf(attempt);
      if (next_cursor === null) return { found, isCut: false };
      if (unseen.length === 0 && !isFar) return { found, isCut: false };
      if (read >= MOST_READ || characters >= MOST_CHARACTERS)
        return { found, isCut: unseen.length === delivery_attempts.length };
      page.cursor = next_cursor;
      page.limit = limit < page.limit ? limit : PAGE;
    }
  }

  /** A page of long texts is asked for in parts. */
  async #page(query: {
    limit: number;
    cursor?: string | undefined;
    'created_at.gt'?: string | undefined;
    'created_at.gte'?: string | undefined;
  }): Promise<Schemas['DeliveryAttemptList']> {
    try {
      return await this.#client.get('/delivery-attempts', {
        query: { ...this.#filter, ...query },
        signal: this.#signal,
      });
    } catch (error) {
      if (!isPageTooLarge(error) || query.limit === 1) throw error;
      return this.#page({ ...query, limit: Math.ceil(query.limit / 4) });
    }
  }

  #note({ id, created_at }: Attempt): void {
    this.#seen.set(id, created_at);
    if (this.#newest === undefined || created_at > this.#newest) this.#newest = created_at;
  }
}

/** Times of the API are of one length, so that they are in the order of their texts. */
const byTime = (one: Attempt, other: Attempt): number =>
  one.created_at < other.created_at || (one.created_at === other.created_at && one.id < other.id)
    ? -1
    : 1;

const lengthOf = ({ raw_request, raw_response }: Attempt): number =>
  raw_request.length + raw_response.length;
