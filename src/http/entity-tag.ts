import { createHash } from 'node:crypto';
import { BadRequest } from './problem.ts';

/**
 * The strong entity tag (RFC 9110, section 8.8.3) of a webhook, or of an event type, as an answer
 * shows it. It has two parts, `"20261123162601456186-QJ2mO3cRqs4vYx0t"`: the version of the
 * settings, and a digest of what is shown, which attempts change too. The token is left out: who
 * saw only the tag could try out guesses. The version changes with it.
 */
export function entityTag({ secret_token: _token, ...shown }: Tagged): string {
  const digest = createHash('sha256').update(JSON.stringify(shown)).digest('base64url');
  return `"${versionOf(shown)}-${digest.slice(0, DIGEST_LENGTH)}"`;
}

const DIGEST_LENGTH = 16;

/** `updated_at` grows with every change of the settings, and with nothing else. */
type Versioned = { updated_at: string };
type Tagged = Versioned & { secret_token?: string };

function versionOf({ updated_at }: Versioned): string {
  return updated_at.replace(/\D/g, '');
}

/** The versions that a request allows; undefined: any. */
export type AllowedVersions = ReadonlySet<string> | undefined;

/**
 * Reads `If-Match` (RFC 9110, section 13.1.1). Tags are compared strongly, so that a weak one
 * allows nothing. Of ours the version alone counts: an attempt that was noted meanwhile must not
 * fail a change that has nothing to do with it.
 * @throws BadRequest where it is malformed
 */
export function allowedVersions(ifMatch: string | undefined): AllowedVersions {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  const tags = tagsIn(ifMatch);
  if (tags.length === 0)
    throw new BadRequest('invalid', 'If-Match: must be * or a list of ETags, with their quotes');
  const versions = tags.map(({ isWeak, value }) => (isWeak ? undefined : OURS.exec(value)?.[1]));
  return new Set(versions.filter((version) => version !== undefined));
}

const OURS = new RegExp(`^(\\d+)-[\\w-]{${DIGEST_LENGTH}}$`);

/** @throws BadRequest unless what is to be changed has a version that is allowed */
export function refuseOthers(allowed: AllowedVersions, now: Versioned, noun = 'webhook'): void {
  if (allowed === undefined || allowed.has(versionOf(now))) return;
  throw new BadRequest('precondition_failed', `If-Match: the ${noun} has been changed meanwhile`);
}

type Tag = { isWeak: boolean; value: string };

/** One element of a list with what ends it. Elements may be empty (RFC 9110, section 5.6.1.2). */
const ELEMENT = /[ \t]*(?:(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*)?(?:,|$)/y;

/** The entity tags of a list (RFC 9110, section 8.8.3); none where it is malformed. */
function tagsIn(list: string): Tag[] {
  const tags: Tag[] = [];
  ELEMENT.lastIndex = 0;
  while (ELEMENT.lastIndex < list.length) {
    const [element, weak, value] = ELEMENT.exec(list) ?? [];
    if (element === undefined) return [];
    if (value !== undefined) tags.push({ isWeak: weak !== undefined, value });
  }
  return tags;
}
