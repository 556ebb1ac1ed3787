import type { ApiClient, Schemas } from '../../client/api.ts';
import { attemptWords } from '../../client/explaining/attempt.ts';
import { timeWords } from '../../client/explaining/time-words.ts';
import { CommandError } from '../../process/command-error.ts';
import { findWebhook } from './find-webhook.ts';
import { Output, type Showing } from './output.ts';
import { payloadFrom } from './payload.ts';

/** What commands do with one webhook, which they name by its id or its name. */
export type Deed<Options = Showing> = (
  named: string,
  options: Options,
  api: ApiClient,
) => Promise<void>;

export type PauseWebhook = Showing & { forMs?: number };

/** `postmand webhooks pause`: its deliveries wait. */
export const runPauseWebhook: Deed<PauseWebhook> = async (named, options, api) => {
  const { forMs } = options;
  const out = new Output(options);
  const { id } = await findWebhook(api, named);
  const body = forMs === undefined ? {} : { until: new Date(Date.now() + forMs).toISOString() };
  const paused = await api.post('/webhooks/{webhook_id}/pause', { path: { webhook_id: id }, body });
  const until = paused.health.paused_until;
  tell(
    paused,
    out,
    until === null
      ? 'is paused until it is resumed'
      : `is paused until ${timeWords(until, out.reader())}`,
  );
};

/** `postmand webhooks resume`: what waited goes out. */
export const runResumeWebhook: Deed = async (named, options, api) => {
  const { id } = await findWebhook(api, named);
  const resumed = await api.post('/webhooks/{webhook_id}/resume', { path: { webhook_id: id } });
  tell(
    resumed,
    new Output(options),
    resumed.active ? 'is not paused' : 'is not paused, but inactive',
  );
};

/** `postmand webhooks activate`: one that was made inactive is sent to again. */
export const runActivateWebhook: Deed = async (named, options, api) => {
  const { id } = await findWebhook(api, named);
  const active = await api.patch('/webhooks/{webhook_id}', {
    path: { webhook_id: id },
    body: { active: true },
  });
  tell(active, new Output(options), 'is active');
};

/** `postmand webhooks skip`: a key that a failed delivery blocks goes on. */
export async function runSkipKey(
  { named, key }: { named: string; key: string },
  options: Showing,
  api: ApiClient,
): Promise<void> {
  const out = new Output(options);
  const { id, name } = await findWebhook(api, named);
  await api.post('/webhooks/{webhook_id}/ordering-keys/{ordering_key}/skip', {
    path: { webhook_id: id, ordering_key: key },
  });
  if (!out.json)
    out.tell(`The ordering key ${JSON.stringify(key)} of ${JSON.stringify(name)} goes on.`);
}

function tell(webhook: Schemas['Webhook'], out: Output, what: string): void {
  if (out.json) out.document(webhook);
  else out.tell(`${JSON.stringify(webhook.name)} (${webhook.id}) ${what}.`);
}

/** A test is answered within 40 seconds, as openapi.yaml says. */
const TEST_MS = 45_000;

export type TestWebhook = Showing & { payload?: string };

/** `postmand webhooks test`: sends one delivery now. @throws CommandError where it fails */
export const runTestWebhook: Deed<TestWebhook> = async (named, options, api) => {
  const out = new Output(options);
  const { id, url } = await findWebhook(api, named);
  const payload = await payloadFrom(options.payload);
  const { delivery, attempt } = await api.post('/webhooks/{webhook_id}/test', {
    path: { webhook_id: id },
    body: payload === undefined ? {} : { payload },
    timeoutMs: TEST_MS,
  });
  if (out.json) out.document({ delivery, attempt });
  if (delivery.status === 'succeeded') {
    const took =
      attempt === null
        ? ''
        : ` with ${attempt.response_status_code} after ${attempt.execution_duration} ms`;
    if (!out.json) out.tell(`${url} answered${took}. The test has arrived.`);
    return;
  }
  if (delivery.status === 'pending')
    throw new CommandError(
      `The test ${delivery.id} is stored, but nobody has sent it. Does a worker run?`,
    );
  const words = attempt === null ? undefined : attemptWords(attempt);
  throw new CommandError(
    words === undefined
      ? `The test ${delivery.id} has failed.`
      : `The test ${delivery.id} has failed because ${words.why}. ${words.advice}`,
  );
};
