import { computed, signal } from '@preact/signals';
import { ApiClient } from '../client/api.ts';
import { ApiProblem } from '../client/problem.ts';

const KEY = 'postmand-api-key';

/**
 * The API key that this tab was given. It lives as long as the tab does, and is sent to the API
 * alone: there are no cookies.
 */
const key = signal<string | undefined>(sessionStorage.getItem(KEY) ?? undefined);

/** Whether the API has refused a request for want of a key, or of the right one. */
export const isLocked = signal(false);

export const hasKey = computed(() => key.value !== undefined);

/** The API with the key of this tab. It is of the server that the page came from. */
export const api = computed(() => new ApiClient({ url: location.origin, key: key.value }));

/** Tries a key. @returns whether the API takes it. @throws Unreachable, ApiProblem */
export async function unlock(given: string): Promise<boolean> {
  try {
    await new ApiClient({ url: location.origin, key: given }).get('/webhooks', {
      query: { limit: 1 },
    });
  } catch (error) {
    if (isUnauthorized(error)) return false;
    throw error;
  }
  sessionStorage.setItem(KEY, given);
  key.value = given;
  isLocked.value = false;
  return true;
}

/** Forgets the key of this tab. */
export function lock(): void {
  sessionStorage.removeItem(KEY);
  key.value = undefined;
  isLocked.value = true;
}

/** Asks for a key where an error means that. @returns the error for all others. */
export function heedLock(error: unknown): unknown {
  if (!isUnauthorized(error)) return error;
  isLocked.value = true;
  return undefined;
}

const isUnauthorized = (error: unknown) => error instanceof ApiProblem && error.status === 401;
