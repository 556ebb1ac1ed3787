import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { startServer, startWorker } from '../commands/processes.ts';
import { freshDatabase } from '../setup/database.ts';
import { lastFirst } from '../setup/last-first.ts';
import { startReceiver, type Received } from '../setup/receiver.ts';
import type { Api } from '../setup/service.ts';
import { isSignedBy } from '../setup/signed-by.ts';
import { chanceOf, sized } from './intensity.ts';
import { SecretChanges, type Known } from './secret-changes.ts';

/**
 * Longer than a claim waits at most before its webhook is read again, where nobody told of the
 * change, and than a notification is under way.
 */
const TOLD_MS = 2000;

suite('the secrets of a webhook change while processes are killed', () => {
  test('SIGKILL of the server during rotations → each change happened whole or not at all, and what was answered holds', async (t) => {
    const scene = await openScene(t, 'server');
    for (let round = 1; round <= sized(4, 20); round += 1) {
      const killed = scene.chance.pause(50, 400).then(() => scene.killServer());
      let open: (() => Promise<void>) | undefined;
      while (open === undefined) open = await scene.changes.make();
      await killed;
      await scene.startServer();
      await open();
    }
    await scene.judge();
  });

  test('SIGKILL of workers while secrets end → nothing is signed by a secret that had ended', async (t) => {
    const scene = await openScene(t, 'worker');
    for (let round = 1; round <= sized(4, 20); round += 1) {
      const killed = scene.chance.pause(50, 400).then(() => scene.restartWorker());
      for (let i = 0; i < 5; i += 1) assert.equal(await scene.changes.make(), undefined);
      await killed;
    }
    await scene.judge();
  });
});

/** A server, a worker and a webhook to which callers post all the time. */
async function openScene(context: TestContext, name: string) {
  const t = lastFirst(context);
  const database = await freshDatabase(t);
  const receiver = await startReceiver(t);
  let [{ server, api }, worker] = await Promise.all([
    startServer(t, database),
    startWorker(t, database),
  ]);
  const token = 'the first token';
  const given = { url: receiver.url, secret_token: token, signatures: ['hub', 'standard'] };
  const { id } = await api.createWebhook({ ...given, max_delivery_attempts: 100 } as object);
  const chance = chanceOf(`secrets, killed ${name}`);
  const changes = new SecretChanges(() => api, { id, token }, chance);
  await changes.begin();
  const traffic = postAll(t, () => api, id);
  return {
    chance,
    changes,
    killServer: () => server.end('SIGKILL'),
    async startServer() {
      ({ server, api } = await startServer(t, database));
    },
    async restartWorker() {
      await worker.end('SIGKILL');
      worker = await startWorker(t, database);
    },
    /** Waits until all is delivered. @throws with what does not fit */
    async judge() {
      await receiver.count(receiver.received.length + 20);
      const accepted = await traffic.stop();
      for (const one of accepted)
        assert.equal((await api.settled(one, 90_000)).status, 'succeeded');
      const problems = [
        ...changes.problems,
        ...receiver.received.flatMap((one) => [...faultsOf(one, changes.known)]),
      ];
      assert.deepEqual(problems.slice(0, 10), [], `${problems.length} problems`);
      assert.ok(receiver.received.length >= accepted.length);
    },
  };
}

/** Who has signed a request, against who was to sign at the time at which it began. */
function* faultsOf(one: Received, known: Known[]): Generator<string> {
  const startedAt = Number(one.headers['webhook-timestamp']) * 1000;
  const signers = known.filter(({ token }) => isSignedBy(one, token));
  const signatures = String(one.headers['webhook-signature']).split(' ').length;
  if (signatures > 3) yield `${signatures} signatures`;
  if (signers.length !== signatures) yield `${signatures - signers.length} unknown signers`;
  for (const { token, begunAt, endedAt } of signers) {
    if (startedAt > endedAt + TOLD_MS)
      yield `${token} signs ${startedAt - endedAt} ms after its end`;
    // The time of an attempt has whole seconds.
    if (startedAt + 1000 < begunAt) yield `${token} signs before it was given`;
  }
}

/** Posts deliveries until it is stopped. `stop` has those that were accepted. */
function postAll(t: { after(end: () => unknown): void }, api: () => Api, webhookId: string) {
  const accepted: string[] = [];
  let stopped = false;
  const calls = Array.from({ length: 3 }, async () => {
    for (let n = 0; !stopped; n += 1) {
      const posted = await api()
        .createDelivery(webhookId, `{"n": ${n}}`)
        .catch(() => undefined);
      if (posted) accepted.push(posted.id);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  });
  const stop = async () => {
    stopped = true;
    await Promise.all(calls);
    return accepted;
  };
  t.after(stop);
  return { stop };
}
