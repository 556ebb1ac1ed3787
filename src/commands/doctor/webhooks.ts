import { RETENTION_VARIABLES } from '../../settings/retention.ts';
import { activeUrls, isActive } from '../../webhooks/active-urls.ts';
import { keysInUse } from '../../webhooks/secrets/keys-in-use.ts';
import { ok, warn, wrong, type Check } from './check.ts';
import type { Reached } from './database.ts';
import { ways, type Objected } from './outbound.ts';

/** So many webhooks are looked at, and named. */
const LOOKED_AT = 10_000;
const NAMED = 5;

/** Whether workers may send to the active webhooks, and find their names. Nothing is sent. */
export async function checkOutbound({ pool, config }: Reached): Promise<Check[]> {
  const { rules, proxy } = config.outbound;
  const name = 'outbound';
  const policy = `policy ${rules.policy}`;
  if (proxy !== undefined)
    return [
      ok(name, `${policy}; webhooks are sent through ${URL.parse(proxy.url)?.host ?? 'a proxy'}`),
    ];
  const webhooks = await activeUrls(pool, LOOKED_AT);
  const { refused, unknown, hosts, left } = await ways(webhooks, rules);
  if (hosts === 0) return [ok(name, `${policy}; there are no active webhooks`)];
  const checks = [
    ...(refused.length === 0
      ? []
      : [
          wrong(
            name,
            `workers refuse to send to ${named(refused)}`,
            'If they shall, set POSTMAND_OUTBOUND_ALLOW or POSTMAND_OUTBOUND_POLICY of the workers; or change the URLs.',
          ),
        ]),
    ...(unknown.length === 0
      ? []
      : [
          warn(
            name,
            `names that this machine cannot look up: ${named(unknown)}`,
            'Check the URLs, and the name servers. A worker on another machine may know more.',
          ),
        ]),
  ];
  if (checks.length > 0) return checks;
  const rest = left > 0 ? `; ${left} others were not looked at` : '';
  return [ok(name, `${policy} lets active webhooks be sent to (hosts: ${hosts})${rest}`)];
}

function named(all: Objected[]): string {
  const some = all.slice(0, NAMED).map(({ name, why }) => `${JSON.stringify(name)} (${why})`);
  const rest = all.length - some.length;
  return rest > 0 ? `${some.join(', ')} and ${rest} more` : some.join(', ');
}

/** Whether the keys of the settings open all secrets. */
export async function checkSecrets({ pool, config }: Reached): Promise<Check[]> {
  const known = config.encryptionKeys.map(({ id }) => id);
  const used = await keysInUse(pool);
  const missing = used.filter((id) => !known.includes(id));
  const name = 'secrets';
  if (missing.length > 0)
    return [
      wrong(
        name,
        `secrets are encrypted with keys that POSTMAND_ENCRYPTION_KEYS does not have: ${missing.join(', ')}`,
        'Add them. Servers and workers do not start without them.',
      ),
    ];
  const others = used.filter((id) => id !== known[0]);
  if (others.length > 0)
    return [
      warn(
        name,
        `some secrets are encrypted with older keys: ${others.join(', ')}`,
        'Run: postmand rekey. Then the older keys may go.',
      ),
    ];
  return [
    ok(name, known.length === 0 ? 'they are stored as they are' : `key ${known[0]} opens them`),
  ];
}

/** Whether somebody gets the alarms. */
export async function checkAlerts({ pool, config }: Reached): Promise<Check[]> {
  const { webhookId } = config.alerts;
  const name = 'alarms';
  if (webhookId === undefined)
    return [ok(name, 'none are sent: POSTMAND_ALERT_WEBHOOK_ID is not set')];
  const active = await isActive(pool, webhookId);
  if (active === undefined)
    return [
      wrong(
        name,
        `there is no webhook ${webhookId}`,
        'Set POSTMAND_ALERT_WEBHOOK_ID to one that there is.',
      ),
    ];
  if (!active)
    return [
      wrong(
        name,
        `the webhook ${webhookId} is inactive`,
        `Run: postmand webhooks activate ${webhookId}`,
      ),
    ];
  return [ok(name, `they go to the webhook ${webhookId}`)];
}

/** What is removed, and when. */
export async function checkRetention({ config }: Reached): Promise<Check[]> {
  const { succeededDays, failedDays } = config.retention;
  const name = 'retention';
  const days = (number: number | undefined) =>
    number === undefined ? 'for ever' : `for ${number} days`;
  if (succeededDays === undefined && failedDays === undefined)
    return [
      warn(
        name,
        'what has ended is kept for ever, and the database grows',
        `Set ${RETENTION_VARIABLES.succeededDays} and ${RETENTION_VARIABLES.failedDays} of the workers, in days.`,
      ),
    ];
  return [
    ok(name, `what succeeded is kept ${days(succeededDays)}, what failed ${days(failedDays)}`),
  ];
}
