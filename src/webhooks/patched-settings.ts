import { mergePatch } from './merge-patch.ts';
import type { Auth } from './request/auth/auth.ts';
import { SETTING_COLUMNS } from './webhook-columns.ts';
import type { GivenSettings, WebhookSettings } from './webhook.ts';

type Setting = keyof WebhookSettings;

/** What a client wants to change. Each member is of its type; null is for its default. */
export type SettingsPatch = { [Name in Exclude<Setting, 'auth' | 'headers'>]?: unknown } & {
  auth?: { type?: Auth['type'] } | null;
  headers?: Record<string, string | null> | null;
};

/**
 * The settings of a webhook with those changed that a patch names (RFC 7396), as if a client had
 * given all of them: null where one is to get its default. An `auth` of another type takes the
 * place of the present one, as no member of the one means anything in the other. A header is the
 * same one in any case. Whether what came out is complete says `patchFault`.
 */
export function patchedSettings(before: WebhookSettings, patch: SettingsPatch): GivenSettings {
  const type = patch.auth?.type;
  const isOtherAuth = type !== undefined && type !== before.auth?.type;
  const target = {
    ...before,
    auth: isOtherAuth ? null : before.auth,
    headers: withoutRenamed(before.headers, patch.headers ?? {}),
  };
  const merged = mergePatch(target, patch) as Partial<Record<Setting, unknown>>;
  const settings = Object.keys(SETTING_COLUMNS).map((name) => [
    name,
    merged[name as Setting] ?? null,
  ]);
  return Object.fromEntries(settings) as GivenSettings;
}

/** The headers whose names a patch does not write in another case. */
function withoutRenamed(headers: Record<string, string>, patch: object): Record<string, string> {
  const named = new Map(Object.keys(patch).map((name) => [name.toLowerCase(), name]));
  const kept = Object.entries(headers).filter(
    ([name]) => (named.get(name.toLowerCase()) ?? name) === name,
  );
  return Object.fromEntries(kept);
}

/** The members without which an object is not complete. */
const REQUIRED = {
  rate_limit: ['count', 'per_seconds'],
  failing_after: ['attempts', 'seconds'],
  auth: ['type'],
} as const satisfies Partial<Record<Setting, readonly string[]>>;

/**
 * Why settings that were merged are not complete, with the name of the member that is missing in
 * front; undefined: they are. A client may have named one member of an object that was not there.
 */
export function patchFault(patched: GivenSettings): string | undefined {
  for (const [setting, members] of Object.entries(REQUIRED)) {
    const value = patched[setting as keyof typeof REQUIRED];
    const missing = members.find((member) => value && !(member in value));
    if (missing !== undefined) return `${setting}.${missing}: is required`;
  }
  return undefined;
}
