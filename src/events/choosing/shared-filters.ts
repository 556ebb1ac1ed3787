import { hash } from 'node:crypto';
import { FilterFault, readFilter, type ReadFilter } from '../../webhooks/subscription/filter.ts';

/** A filter, and how many webhooks have it. */
export type SharedFilter = ReadFilter & { digest: string; users: number };

/** Filters by their texts as jsonb writes them: what many webhooks have is read and kept once. */
export class SharedFilters {
  readonly #byDigest = new Map<string, SharedFilter>();

  /** How many different ones there are. */
  get size(): number {
    return this.#byDigest.size;
  }

  /** The filter, for one webhook more. @throws FilterFault */
  take(text: string): SharedFilter {
    const digest = hash('sha256', text, 'base64');
    const shared = this.#byDigest.get(digest) ?? { ...readText(text), digest, users: 0 };
    shared.users += 1;
    this.#byDigest.set(digest, shared);
    return shared;
  }

  /** One webhook less has it. */
  giveBack(shared: SharedFilter): void {
    shared.users -= 1;
    if (shared.users === 0) this.#byDigest.delete(shared.digest);
  }
}

/** What somebody wrote by hand may be too long, or nested too deeply, to be read at all. */
function readText(text: string): ReadFilter {
  try {
    return readFilter(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError)
      throw new FilterFault('filter: cannot be read', { cause: error });
    throw error;
  }
}
