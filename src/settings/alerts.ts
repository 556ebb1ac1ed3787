import { quoted, type Reader } from '../environment.ts';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Who is told of what operators want to know; undefined: nobody. */
export function alertSettings(env: Reader) {
  return {
    webhookId: webhookId(env, 'POSTMAND_ALERT_WEBHOOK_ID'),
    queueBehindSeconds: env.integer('POSTMAND_ALERT_QUEUE_BEHIND', {
      default: 60,
      min: 1,
      max: 86_400,
    }),
  };
}

function webhookId(env: Reader, name: string): string | undefined {
  const value = env.text(name)?.trim() || undefined;
  if (value !== undefined && !UUID.test(value))
    env.fault(name, `must be the id of a webhook, a UUID, but is ${quoted(value)}`);
  return value?.toLowerCase();
}
