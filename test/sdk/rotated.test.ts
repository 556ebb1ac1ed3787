import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPostmand } from '../../sdk/typescript/dist/index.js';
import { sized } from '../faults/intensity.ts';
import { startLine } from '../journey/line.ts';
import type { Received } from '../setup/receiver.ts';
import { until } from '../setup/until.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { JUDGES, type Judged } from './judges.ts';

/**
 * A secret is rotated by the SDK while deliveries go out, and the libraries that Standard Webhooks
 * publishes judge all of them.
 */

const COUNT = sized(300, 10_000);
const CALLERS = 8;

const { api, receiver } = await startLine(wholeFile);
const postmand = createPostmand({ url: `${api.url}/v1` });
const webhook = await api.createWebhook({
  url: receiver.url,
  secret_token: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  signatures: ['hub', 'standard', 'standard_ed25519'],
});

/** How many were accepted when each call was made, in the order of the calls. */
const numbers = new Map<string, number>();
let wanted = COUNT;
const calls = Promise.all(
  Array.from({ length: CALLERS }, async () => {
    while ((wanted -= 1) >= 0) numbers.set((await api.createDelivery(webhook.id)).id, numbers.size);
  }),
);
await arrived(COUNT / 3);
const secret = await rotated();
// Each caller may have made one before the answer came.
const rotatedAt = numbers.size + CALLERS;
await calls;
await arrived(COUNT);
const { received } = receiver;
assert.equal(new Set(received.map(idOf)).size, COUNT);

const fromThenOn = received.filter((one) => (numbers.get(idOf(one)) ?? 0) >= rotatedAt);
assert.ok(fromThenOn.length > COUNT / 10, `${fromThenOn.length} were sent after the rotation`);

for (const { language, skip, judge } of JUDGES)
  test(
    `${COUNT} deliveries across a rotation, by the library for ${language} → none is refused by the old secret, nor from then on by the new one`,
    { skip },
    async (t) => {
      const byOld = received.map((one) => judgedBy(one, webhook.secret_token));
      const byNew = fromThenOn.map((one) => judgedBy(one, secret));
      const judgement = await judge(t, [...byOld, ...byNew]);
      if (judgement === undefined) return t.skip('its package cannot be had');
      const genuine = byOld.length + byNew.length;
      assert.deepEqual(judgement, { genuine, refused: [] });
    },
  );

test('the SDK → lists both secrets, and ends the old one', async () => {
  const { secrets } = await postmand.listSecrets({ webhook_id: webhook.id });
  assert.deepEqual(
    secrets.map(({ current }) => current),
    [true, false],
  );
  const [, old] = secrets;
  await postmand.endSecret({ webhook_id: webhook.id, secret_id: old?.id ?? '' });
  assert.equal((await postmand.listSecrets({ webhook_id: webhook.id })).secrets.length, 1);
});

function arrived(count: number): Promise<boolean> {
  return until(`${count} have arrived`, () => receiver.received.length >= count, 300_000);
}

/** The secret that a rotation by the SDK makes. */
async function rotated(): Promise<string> {
  const rotation = { webhook_id: webhook.id, overlap_seconds: 3600 };
  return (await postmand.rotateSecret(rotation)).secret_token;
}

function judgedBy({ headers, body }: Received, secret: string): Judged {
  return { secret, headers: headers as Record<string, string>, body };
}

function idOf({ headers }: Received): string {
  return String(headers['webhook-id']);
}
