import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { Webhook } from '../../src/webhooks/webhook.ts';
import { sized } from '../faults/intensity.ts';
import { lastFirst } from '../setup/last-first.ts';
import { startReceiver, type Received, type Receiver } from '../setup/receiver.ts';
import { hasHubOf, isSignedBy } from '../setup/signed-by.ts';
import { until } from '../setup/until.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { startLine } from './line.ts';

const line = await startLine(wholeFile);
const { api } = line;

/** Deliveries before, during and after a rotation. */
const PART = sized(60, 600);

suite('the secret of a webhook is rotated while deliveries go out', () => {
  for (const hub of ['new', 'old'] as const)
    test(`hub: ${hub} → a receiver that knows either secret refuses none, and each secret counts for its time`, async (t) => {
      const receiver = await startReceiver(t);
      const traffic = await startTraffic(t, receiver);
      const { webhook } = traffic;
      await receiver.count(PART);

      const calledAt = performance.now();
      const rotated = await change('POST', `/webhooks/${webhook.id}/secrets`, { hub });
      const duringIds = traffic.ids.length;
      await receiver.count(receiver.received.length + PART);
      const { body } = await api.call('GET', `/webhooks/${webhook.id}/secrets`);
      const endedAt = performance.now();
      await change('DELETE', `/webhooks/${webhook.id}/secrets/${body.secrets[1].id}`);
      const endedIds = traffic.ids.length;
      await receiver.count(receiver.received.length + PART);
      await traffic.stop();

      const old = { token: webhook.secret_token, key: webhook.public_key };
      const fresh = { token: rotated.secret_token, key: rotated.public_key };
      const when = whenOf(traffic.ids, { calledAt, duringIds, endedAt, endedIds });
      const { received } = receiver;
      assert.equal(received.length, traffic.ids.length);
      for (const one of received) {
        const { isBefore, isAfter, isOldValid, isOldEnded } = when(one);
        for (const [by, kind] of [
          [(secret: typeof old) => isSignedBy(one, secret.token), 'token'],
          [(secret: typeof old) => isSignedBy(one, secret.key ?? ''), 'key'],
        ] as const) {
          assert.ok(by(old) || by(fresh), `${kind}: who knows both refuses none`);
          if (isOldValid) assert.ok(by(old), `${kind}: the old one counts until it is ended`);
          if (isOldEnded) assert.ok(!by(old), `${kind}: the old one counts no more`);
          if (isBefore) assert.ok(!by(fresh), `${kind}: the new one does not count before`);
          if (isAfter) assert.ok(by(fresh), `${kind}: the new one counts from then on`);
        }
        const hubIsOld = hasHubOf(one, old.token);
        assert.ok(hubIsOld || hasHubOf(one, fresh.token));
        if (isBefore || (isAfter && isOldValid && hub === 'old')) assert.ok(hubIsOld);
        if (isOldEnded || (isAfter && hub === 'new')) assert.ok(!hubIsOld);
      }
      assert.deepEqual(line.errors(), []);
    });

  test('the overlap is over → the old secret signs nothing any more, and is removed', async (t) => {
    const receiver = await startReceiver(t);
    const traffic = await startTraffic(t, receiver);
    const { webhook } = traffic;
    const rotated = await change('POST', `/webhooks/${webhook.id}/secrets`, {
      ...{ overlap_seconds: 2, hub: 'old' },
    });
    await until('the old secret signs beside the new one', () =>
      receiver.received.some(
        (one) => isSignedBy(one, webhook.secret_token) && isSignedBy(one, rotated.secret_token),
      ),
    );
    const { rows } = await line.pool.query<{ at: number }>(
      'select extract(epoch from expires_at)::float8 as at from webhook_secrets where webhook_id = $1',
      [webhook.id],
    );
    const endSeconds = rows[0]?.at ?? NaN;
    await until('it has been removed', async () => {
      const { rowCount } = await line.pool.query(
        'select from webhook_secrets where webhook_id = $1',
        [webhook.id],
      );
      return rowCount === 0;
    });
    await receiver.count(receiver.received.length + 20);
    await traffic.stop();
    for (const one of receiver.received) {
      // Whole seconds, at which the attempt started.
      const startedSeconds = Number(one.headers['webhook-timestamp']);
      const isOld = isSignedBy(one, webhook.secret_token);
      if (startedSeconds >= endSeconds) assert.ok(!isOld && hasHubOf(one, rotated.secret_token));
    }
  });
});

test('a secret is replaced while deliveries wait in the worker → those that are sent from then on have the new one', async (t) => {
  const receiver = await startReceiver(t);
  const webhook = await api.createWebhook({ url: receiver.url });
  const other = await api.createWebhook({ url: `${receiver.url}/other` });
  // A webhook that is known as quick may have several sends at a time, and some that wait.
  for (let i = 0; i < 3; i += 1) await api.settled((await api.createDelivery(webhook.id)).id);
  const held: (() => void)[] = [];
  receiver.answerWith(({ path }, response) => {
    const answer = () => void response.end();
    if (path === '/other') answer();
    else held.push(answer);
  });
  const deliveries = await Promise.all(
    Array.from({ length: 60 }, () => api.createDelivery(webhook.id)),
  );
  await until('some are under way', () => held.length > 0);
  await change('PUT', `/webhooks/${webhook.id}`, { ...webhook, secret_token: 'another' });
  // Workers hear of what was committed in its order: who has heard of this delivery has also heard
  // of the change.
  await api.settled((await api.createDelivery(other.id)).id);
  const before = receiver.received.length;
  receiver.answerWith((_request, response) => response.end());
  for (const answer of held) answer();
  for (const { id } of deliveries) await api.settled(id);
  const later = receiver.received.slice(before);
  assert.ok(later.length > 0, 'some were sent after the change');
  for (const one of later) assert.ok(hasHubOf(one, 'another'));
});

type Times = { calledAt: number; duringIds: number; endedAt: number; endedIds: number };

/**
 * When a request was sent, as far as that is sure: one that came before a change was called for is
 * from before it, and one whose delivery was made after its answer is from after it.
 */
function whenOf(ids: string[], { calledAt, duringIds, endedAt, endedIds }: Times) {
  const numbers = new Map(ids.map((id, i) => [id, i]));
  return ({ at, headers }: Received) => {
    const number = numbers.get(String(headers['webhook-id'])) ?? NaN;
    return {
      isBefore: at < calledAt,
      isAfter: number >= duringIds + CALLERS,
      isOldValid: at < endedAt,
      isOldEnded: number >= endedIds + CALLERS,
    };
  };
}

/** Each may have had a request under way while something was changed. */
const CALLERS = 4;

/** Posts deliveries to a webhook with every kind of signature, until it is stopped. */
async function startTraffic(
  t: TestContext,
  { url }: Receiver,
): Promise<{ webhook: Webhook; ids: string[]; stop(): Promise<void> }> {
  const webhook = await api.createWebhook({
    url,
    secret_token: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    signatures: ['hub', 'standard', 'standard_ed25519'],
  });
  const ids: string[] = [];
  let stopped = false;
  const calls = Array.from({ length: CALLERS }, async () => {
    while (!stopped) ids.push((await api.createDelivery(webhook.id)).id);
  });
  const stop = async () => {
    stopped = true;
    await Promise.all(calls);
    for (const id of ids) assert.equal((await api.settled(id)).status, 'succeeded');
  };
  lastFirst(t).after(stop);
  return { webhook, ids, stop };
}

/** What the answer holds. */
// oxlint-disable-next-line typescript/no-explicit-any -- because each call knows its shape
async function change(method: string, path: string, body?: object): Promise<any> {
  const answer = await api.call(method, path, body);
  assert.ok(answer.status < 300, JSON.stringify(answer.body));
  return answer.body;
}
