import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test, type TestContext } from 'node:test';
import type { Admitted } from '../../src/worker/admission.ts';
import type { Attempted } from '../../src/attempts/deliver.ts';
import { markIsolated, unmarkIsolated } from '../../src/deliveries/mark.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { rekeyWebhooks } from '../../src/webhooks/secrets/rekey.ts';
import { Vault } from '../../src/webhooks/secrets/vault.ts';
import { Readings } from '../../src/worker/readings.ts';
import { execute, recordVanished, type ExecutorParts } from '../../src/worker/executor.ts';
import { sign } from '../../src/sending/signature.ts';
import type { Exchange, Sender } from '../../src/sending/send.ts';
import { Grant } from '../../src/worker/limits/grant.ts';
import { TokenLife } from '../../src/worker/limits/token-life.ts';
import { NO_ACCESS_TOKENS, admittedOf, ANSWERED, waitingSender, REFUSED } from './admitted.ts';
import { findOne } from '../setup/found.ts';
import { lastFirst, type Cleanup } from '../setup/last-first.ts';
import { freshDatabase } from '../setup/database.ts';
import { keyOf } from '../setup/keys.ts';
import { keepingLog, NO_KEYS, silentLog } from '../setup/parts.ts';
import { addDeliveries, addWebhook } from '../setup/rows.ts';
import { until } from '../setup/until.ts';
import { freshWorkerQueue } from '../setup/worker-queue.ts';
import { EVENT_SOURCE } from '../setup/settings.ts';

/** What the database says of an attempt: it is recorded, it is not ours, or it cannot be. */
type Answer = 'recorded' | 'not ours' | 'refused';

suite('one delivery is sent', () => {
  for (const [when, then, exchange, answer] of [
    ['it was answered', 'attempted', ANSWERED, 'recorded'],
    ['it was refused', 'attempted', REFUSED, 'recorded'],
    ['it was answered, and the claim is not ours any more', 'not_ours', ANSWERED, 'not ours'],
    ['it was answered, and that cannot be recorded', 'not_recorded', ANSWERED, 'refused'],
    ['it was given up', 'aborted', { kind: 'aborted' }, 'recorded'],
    ['this machine could not send', 'local', { kind: 'local', code: 'EMFILE' }, 'recorded'],
  ] as [when: string, then: string, exchange: Exchange, answer: Answer][]) {
    test(`${when} → ${then}`, async () => {
      const { parts, log, completed } = partsOf(answer);
      const sender = waitingSender();
      const execution = execute(parts, admittedOf('w'), { sender });
      await until('it is under way', () => sender.underWay() === 1);
      sender.end(exchange);
      assert.equal((await execution).kind, then);
      const isAttempt = exchange.kind === 'response' || exchange.kind === 'failure';
      assert.deepEqual(completed, isAttempt ? [1] : []);
      assert.deepEqual(
        log.lines.map(({ event }) => event),
        answer === 'refused' ? ['delivery.not_recorded'] : [],
      );
    });
  }

  test('it takes long → that is told once, while it is under way', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { parts } = partsOf('recorded');
    const sender = waitingSender();
    let told = 0;
    const watch = { longAfterMs: 1000, onLong: () => void (told += 1) };
    const execution = execute(parts, admittedOf('w'), { sender, watch });
    while (sender.underWay() === 0) await new Promise(setImmediate);
    t.mock.timers.tick(999);
    assert.equal(told, 0);
    t.mock.timers.tick(1);
    assert.equal(told, 1);
    sender.end(ANSWERED);
    await execution;
    t.mock.timers.tick(5000);
    assert.equal(told, 1);
  });

  test('it was answered soon, and to record that takes long → nothing is told', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { promise, resolve } = Promise.withResolvers<boolean>();
    let completing = false;
    const { parts } = partsOf('recorded');
    const completer = { complete: () => ((completing = true), promise) };
    const sender = waitingSender();
    const watch = { longAfterMs: 1000, onLong: () => assert.fail('it was told') };
    const execution = execute({ ...parts, completer }, admittedOf('w'), { sender, watch });
    while (sender.underWay() === 0) await new Promise(setImmediate);
    sender.end(ANSWERED);
    while (!completing) await new Promise(setImmediate);
    t.mock.timers.tick(5000);
    resolve(true);
    assert.equal((await execution).kind, 'attempted');
  });
});

suite('a send to a limited webhook begins only while its place is surely its own', () => {
  for (const [when, mayBegin, { ageMs = 0, confirmedAgo = 0 }] of [
    ['it begins soon', true, {}],
    ['its token is too old', false, { ageMs: 2000 }],
    ['its claim was not confirmed for most of its lease', false, { confirmedAgo: 14_000 }],
  ] as [when: string, mayBegin: boolean, given: { ageMs?: number; confirmedAgo?: number }][])
    test(`${when} → it may${mayBegin ? '' : ' not'}`, async () => {
      const now = performance.now();
      const life = new TokenLife();
      const grant = new Grant({ askedAt: now - ageMs, lifeMs: 1000, life });
      const one = admittedOf('w', { grant });
      one.lease.confirmedAt = now - confirmedAgo;
      const sender: Sender = {
        send: async (_request, limits) =>
          limits.mayBegin?.() === false ? { kind: 'aborted' } : ANSWERED,
        close() {},
      };
      const { kind } = await execute(partsOf('recorded').parts, one, { sender });
      assert.equal(kind, mayBegin ? 'attempted' : 'aborted');
    });
});

suite('a payload that is long is read before it is sent', () => {
  for (const [when, then, id, event] of [
    ['its delivery is gone', 'gone', randomUUID(), []],
    ['the database refuses to tell', 'aborted', 'no id of a delivery', ['payload.not_read']],
  ] as [when: string, then: string, id: string, events: string[]][]) {
    test(`${when} → ${then}, and nothing is sent`, async (t) => {
      const { pool } = await freshDatabase(t);
      const { parts, log } = partsOf('recorded');
      const sender = waitingSender();
      const admitted = admittedOf('w');
      const delivery = { ...admitted.delivery, id, payload: null };
      const execution = await execute({ ...parts, pool }, { ...admitted, delivery }, { sender });
      assert.deepEqual([execution, sender.underWay()], [{ kind: then }, 0]);
      assert.deepEqual(
        log.lines.map(({ event }) => event),
        event,
      );
    });
  }
});

suite('the webhook of a delivery that is about to be sent', () => {
  /** Its token is `new` in the database by now, and `old` in what was read. */
  async function changing(t: TestContext) {
    const { pool, ...worker } = await freshWorkerQueue(lastFirst(t));
    const webhook = await addWebhook({ pool, ...worker }, { secret_token: 'new' });
    const [id = ''] = await addDeliveries({ pool, ...worker }, webhook.id);
    const { delivery, webhook: read, ...others } = admittedOf(webhook.id);
    const admitted: Admitted = {
      ...others,
      delivery: { ...delivery, id },
      webhook: { ...read, secret_token: 'old' },
    };
    const { parts } = partsOf('recorded');
    const tokens: (string | undefined)[] = [];
    const sender: Sender = {
      async send({ headers, body }) {
        const signature = headers.find(([name]) => name === 'X-Hub-Signature')?.[1];
        tokens.push(['old', 'new'].find((token) => sign(body, token) === signature));
        return ANSWERED;
      },
      close() {},
    };
    return { pool, parts, admitted, sender, tokens };
  }

  test('nobody has told of a change → it is sent as it was read', async (t) => {
    const { parts, admitted, sender, tokens } = await changing(t);
    await execute(parts, admitted, { sender });
    assert.deepEqual(tokens, ['old']);
  });

  for (const [when, changed] of [
    ['it has changed since it was read', (id: string) => id],
    ['any may have changed since', () => undefined],
  ] as const)
    test(`${when} → it is read again, and signed with the new secret`, async (t) => {
      const { parts, pool, admitted, sender, tokens } = await changing(t);
      const readings = new Readings();
      readings.changed(changed(admitted.webhookId));
      await execute({ ...parts, pool, readings }, admitted, { sender });
      assert.deepEqual(tokens, ['new']);
    });

  test('another webhook has changed → it is sent as it was read', async (t) => {
    const { parts, admitted, sender, tokens } = await changing(t);
    const readings = new Readings();
    readings.changed('another');
    await execute({ ...parts, readings }, admitted, { sender });
    assert.deepEqual(tokens, ['old']);
  });

  test('its payload is long → it is read again with it', async (t) => {
    const { parts, pool, admitted, sender, tokens } = await changing(t);
    const delivery = { ...admitted.delivery, payload: null };
    await execute({ ...parts, pool }, { ...admitted, delivery }, { sender });
    assert.deepEqual(tokens, ['new']);
  });

  test('it was encrypted meanwhile with a key that is not there → nothing is sent, and the claim goes back', async (t) => {
    const { parts, pool, admitted, sender, tokens } = await changing(t);
    const vault = new Vault([keyOf('new')]);
    await inTransaction(pool, (tx) => rekeyWebhooks({ tx, vault }, null));
    const readings = new Readings();
    readings.changed();
    const execution = await execute({ ...parts, pool, readings }, admitted, { sender });
    assert.deepEqual([execution, tokens], [{ kind: 'aborted' }, []]);
    await execute({ ...parts, pool, readings, vault }, admitted, { sender });
    assert.deepEqual(tokens, ['new']);
  });

  test('it changes whenever it is read → nothing is sent, and the claim goes back', async (t) => {
    const { parts, pool, admitted, sender, tokens } = await changing(t);
    const readings = { hasChanged: () => true, isStale: () => true };
    const execution = await execute({ ...parts, pool, readings }, admitted, { sender });
    assert.deepEqual([execution, tokens], [{ kind: 'aborted' }, []]);
  });
});

/** Parts that need no database, and the numbers of the attempts that were to be recorded. */
function partsOf(answer: Answer) {
  const completed: number[] = [];
  const log = keepingLog();
  const parts: ExecutorParts = {
    pool: undefined as never,
    log,
    vault: NO_KEYS,
    accessTokens: NO_ACCESS_TOKENS,
    readings: new Readings(),
    retryAfterMaxSeconds: 3600,
    eventSource: EVENT_SOURCE,
    completer: {
      async complete({ attempt }) {
        completed.push(attempt);
        if (answer === 'refused') throw new Error('refused');
        return answer === 'recorded';
      },
    },
  };
  return { parts, log, completed };
}

suite('a send that vanished', () => {
  test('its worker takes the mark back before it is recorded → nothing is recorded, and the claim goes back', async (t) => {
    const { admitted, mark, commit, record, recorded } = await marked(t);
    await commit((tx) => unmarkIsolated(tx, [{ id: admitted.delivery.id, mark }]));
    assert.deepEqual(await record(), { kind: 'aborted' });
    assert.deepEqual(recorded, []);
  });

  test('its worker takes the mark back while it is recorded → too late, the mark is another one', async (t) => {
    const { admitted, mark, pool, commit, record, recorded } = await marked(t);
    assert.equal((await record()).kind, 'attempted');
    await commit((tx) => unmarkIsolated(tx, [{ id: admitted.delivery.id, mark }]));
    const delivery = (await findOne(pool, admitted.delivery.id))?.delivery;
    assert.ok(delivery?.isolated_by);
    assert.notEqual(delivery.isolated_by, mark);
    assert.deepEqual(
      recorded.map(({ exchange, attempt }) => [
        exchange.kind === 'failure' && exchange.reason,
        attempt,
      ]),
      [['crashed', 1]],
    );
  });
});

/**
 * A delivery whose isolated send was begun by a worker of which nothing was heard, claimed by
 * another one.
 */
async function marked(t: Cleanup) {
  const { pool, commit, ...worker } = await freshWorkerQueue(lastFirst(t));
  const webhook = await addWebhook({ pool, ...worker });
  const [id = ''] = await addDeliveries({ pool, ...worker }, webhook.id);
  const mark = randomUUID();
  await commit((tx) => markIsolated(tx, id, mark));
  const claim = await worker.claimOf(webhook.id, id);
  const found = await findOne(pool, id);
  assert.ok(found);
  const lease = { claim, confirmedAt: performance.now(), abort: new AbortController() };
  const admitted: Admitted = {
    webhookId: webhook.id,
    lease,
    ...found,
    readAt: performance.now(),
    isolated: true,
    vanished: true,
  };
  const recorded: Attempted[] = [];
  const parts = {
    pool,
    log: silentLog,
    vault: NO_KEYS,
    accessTokens: NO_ACCESS_TOKENS,
    readings: new Readings(),
    retryAfterMaxSeconds: 3600,
    eventSource: EVENT_SOURCE,
    completer: {
      complete: (attempted: Attempted) => Promise.resolve(recorded.push(attempted) > 0),
    },
  };
  return { admitted, mark, pool, commit, recorded, record: () => recordVanished(parts, admitted) };
}
