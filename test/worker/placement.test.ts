import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import type { Attempted } from '../../src/attempts/deliver.ts';
import type { ClaimRequest } from '../../src/queue/claim-statement.ts';
import type { Admitted } from '../../src/worker/admission.ts';
import { Buffer } from '../../src/worker/buffer.ts';
import { Claimer } from '../../src/worker/claiming/claimer.ts';
import type { LeasedClaim } from '../../src/worker/leases.ts';
import { Grant } from '../../src/worker/limits/grant.ts';
import type { Limiter } from '../../src/worker/limits/limiter.ts';
import type { Next } from '../../src/worker/limits/places.ts';
import { TokenLife } from '../../src/worker/limits/token-life.ts';
import { Readings } from '../../src/worker/readings.ts';
import { Placement } from '../../src/worker/placement.ts';
import { Slots } from '../../src/worker/slots/slots.ts';
import { Wakeup } from '../../src/worker/wakeup.ts';
import { POOL_SIZE } from '../../src/sending/isolated/pool.ts';
import { addDeliveries, addWebhook } from '../setup/rows.ts';
import { keepingLog, NO_KEYS } from '../setup/parts.ts';
import { until } from '../setup/until.ts';
import { freshWorkerQueue } from '../setup/worker-queue.ts';
import { NO_ACCESS_TOKENS, admittedOf, ANSWERED, waitingSender } from './admitted.ts';
import { EVENT_SOURCE } from '../setup/settings.ts';

/** A placement on real slots, buffer and claimer, which notes what becomes of claims. */
function placementOf({ slots: size = 20, bytesInFlight = 1000, parts = {} } = {}) {
  const [sender, isolatedSender] = [waitingSender(), waitingSender()];
  const slots = new Slots({ slots: size, share: 20 });
  const buffer = new Buffer<Admitted>(size);
  const requests: ClaimRequest[] = [];
  const queue = {
    async claim(request: ClaimRequest) {
      requests.push(request);
      return { claims: [], more: false, hidden: false, redeliveries: false };
    },
  };
  const claimer = new Claimer({ queue, slots, buffer, pollingIntervalMs: 60_000 });
  const ended: string[] = [];
  const returned: [deliveryId: string, delaySeconds: number][] = [];
  const leases = {
    end: ({ claim }: LeasedClaim) => void ended.push(claim.deliveryId),
    async return(some: LeasedClaim[], delaySeconds = 0) {
      for (const { claim } of some) returned.push([claim.deliveryId, delaySeconds]);
    },
    returnQuietly: async (some: LeasedClaim[]) =>
      void refused.push(...some.map(({ claim }) => claim.deliveryId)),
  };
  const refused: string[] = [];
  const completed: Attempted[] = [];
  const completer = { complete: async (one: Attempted) => completed.push(one) > 0 };
  const log = keepingLog();
  const metrics = createMetrics();
  const wakeup = new Wakeup();
  const readings = new Readings();
  const limiter: Pick<Limiter, 'ask'> = { ask: () => assert.fail('no webhook is limited') };
  const placement = new Placement({
    ...{ pool: undefined as never, queue: undefined as never, log, metrics, completer },
    ...{ sender, isolatedSender, bytesInFlight, slots, buffer, claimer, leases, wakeup, limiter },
    ...{
      accessTokens: NO_ACCESS_TOKENS,
      readings,
      retryAfterMaxSeconds: 3600,
      eventSource: EVENT_SOURCE,
      vault: NO_KEYS,
    },
    lockedSecrets: { tell: () => {} },
    ...parts,
  });
  return {
    ...{ placement, sender, isolatedSender, slots, buffer, claimer, wakeup, readings, log },
    ...{ ended, returned, refused, completed, requests },
  };
}

type World = ReturnType<typeof placementOf>;

/** Ends sends until none is under way. */
async function endAll({ placement, sender, completed }: World, count: number): Promise<void> {
  while (completed.length < count) {
    sender.end(ANSWERED);
    await new Promise(setImmediate);
  }
  await placement.allOver();
}

const long = (webhookId: string, bytes: number): Admitted => {
  const { delivery, ...others } = admittedOf(webhookId);
  return { ...others, delivery: { ...delivery, payload: null, bytes } };
};

suite('where a claim goes', () => {
  const quick = { tookMs: 1, answered: true };
  const silent = { tookMs: 60_000, answered: false };

  /** `known`: as which its webhook is known; `count`: how many claims of it come together. */
  for (const [when, then, { known, count = 1 }] of [
    ['there is room', { sent: 1, waiting: 0, returned: 0 }, { known: quick }],
    ['nothing is known of its webhook', { sent: 1, waiting: 1, returned: 1 }, { count: 3 }],
    [
      'more come than a quick webhook may have',
      { sent: 1, waiting: 2, returned: 2 },
      { known: quick, count: 5 },
    ],
    [
      'more come than a silent webhook may have',
      { sent: 1, waiting: 0, returned: 2 },
      { known: silent, count: 3 },
    ],
  ] as [
    when: string,
    then: { sent: number; waiting: number; returned: number },
    given: { known?: typeof quick; count?: number },
  ][]) {
    test(`${when}: ${count} → ${JSON.stringify(then)}`, async () => {
      const world = placementOf();
      const { placement, sender, slots, buffer, returned } = world;
      if (known) slots.recall('w', known);
      placement.place(Array.from({ length: count }, () => admittedOf('w')));
      const waiting = buffer.size;
      assert.deepEqual(
        { sent: slots.busy().fast + slots.busy().slow, waiting, returned: returned.length },
        then,
      );
      await until('it is sent', () => sender.underWay() === then.sent);
      await endAll(world, then.sent + then.waiting);
    });
  }

  test('its payload is long, and others hold the bytes → it waits if it may, else its webhook is left out', async () => {
    const { placement, sender, slots, buffer, claimer, returned, requests } = placementOf();
    slots.recall('known', quick);
    await claimer.claim();
    const { delivery, ...large } = admittedOf('holding');
    placement.place([{ ...large, delivery: { ...delivery, bytes: 1000 } }]);
    placement.place([long('known', 1), long('unknown', 1)]);
    claimer.wake();
    await until('it claims', async () => (await claimer.claim(), requests.length > 1));
    assert.deepEqual(
      [placement.busy().bytes, buffer.count('known'), returned.length, requests[1]?.leftOut],
      [1000, 1, 1, ['unknown']],
    );
    await until('it is sent', () => sender.underWay() === 1);
    await placement.stop();
    sender.end(ANSWERED);
    await placement.allOver();
    assert.equal(placement.busy().bytes, 0);
  });

  test('workers may die on it → the isolated sender, and it holds no slot', async (t) => {
    const worker = await freshWorkerQueue(t);
    const webhook = await addWebhook(worker);
    const [id = ''] = await addDeliveries(worker, webhook.id);
    const world = placementOf({ parts: { pool: worker.pool } });
    const { placement, isolatedSender, slots, completed } = world;
    const poison = admittedOf(webhook.id, { isolated: true });
    placement.place([{ ...poison, delivery: { ...poison.delivery, id } }]);
    await until('it is sent', () => isolatedSender.underWay() === 1);
    assert.deepEqual([placement.busy().isolated, slots.busy()], [1, { fast: 0, slow: 0 }]);
    isolatedSender.end(ANSWERED);
    await placement.allOver();
    assert.deepEqual([completed.length, placement.busy().isolated], [1, 0]);
  });

  test('more isolated ones than may wait → the others are returned, due after 5 s', async (t) => {
    const { pool } = await freshWorkerQueue(t);
    const { placement, returned } = placementOf({ parts: { pool } });
    const most = 3 * POOL_SIZE;
    const isolated = Array.from({ length: most + 2 }, (_, i) =>
      admittedOf(`w${i}`, { isolated: true }),
    );
    placement.place(isolated);
    assert.deepEqual(
      returned,
      isolated.slice(most).map(({ delivery }) => [delivery.id, 5]),
    );
    await placement.stop();
    await placement.allOver();
  });
});

/** A limiter that has so many places for each question, and notes what it was asked. */
function limiterOf(places: number, next: Next = { kind: 'permits' }) {
  const asked: number[] = [];
  const limiter: Pick<Limiter, 'ask'> = {
    async ask(claims) {
      asked.push(claims.length);
      const grant = new Grant({ askedAt: performance.now(), lifeMs: 1000, life: new TokenLife() });
      const granted = claims.slice(0, places).map((one) => ({ ...one, grant }));
      const refused = claims.slice(places);
      return new Map(claims.map(({ webhookId }) => [webhookId, { granted, refused, next }]));
    },
  };
  return { limiter, asked };
}

const limitedOf = (webhookId: string, change: Partial<Admitted> = {}): Admitted => {
  const { webhook, ...others } = admittedOf(webhookId, change);
  return { ...others, webhook: { ...webhook, max_concurrency: 1 } };
};

suite('where a claim of a limited webhook goes', () => {
  const quick = { tookMs: 1, answered: true };

  test('it gets a place → it is sent; the others are refused, and hold nothing', async () => {
    const { limiter, asked } = limiterOf(1);
    const world = placementOf({ parts: { limiter } });
    const { placement, sender, slots, buffer, refused, returned } = world;
    slots.recall('w', quick);
    placement.place([limitedOf('w'), limitedOf('w'), limitedOf('w')]);
    await until('it is sent', () => sender.underWay() === 1);
    await until('the others are returned', () => refused.length + returned.length === 2);
    assert.deepEqual([asked, returned.length, buffer.size, slots.busy().fast], [[1], 2, 0, 1]);
    await endAll(world, 1);
  });

  test('it gets none → no slot is taken, and its webhook is left out of claims until a send ends', async () => {
    const { limiter } = limiterOf(0);
    const world = placementOf({ parts: { limiter } });
    const { placement, slots, claimer, refused, requests } = world;
    const one = limitedOf('w');
    placement.place([one]);
    await until('it is refused', () => refused.length === 1);
    await placement.allOver();
    claimer.wake();
    await claimer.claim();
    assert.deepEqual(slots.busy(), { fast: 0, slow: 0 });
    assert.deepEqual([refused, requests.at(-1)?.leftOut], [[one.delivery.id], ['w']]);
  });

  test('the database does not answer for one → it is returned, and those without limits are sent meanwhile', async () => {
    const { promise, reject } = Promise.withResolvers<never>();
    const world = placementOf({ parts: { limiter: { ask: () => promise } } });
    const { placement, sender, returned, log } = world;
    const one = limitedOf('w');
    placement.place([one, admittedOf('free')]);
    await until('the other is sent', () => sender.underWay() === 1);
    assert.deepEqual(returned, []);
    reject(new Error('no answer'));
    await endAll(world, 1);
    assert.deepEqual(returned, [[one.delivery.id, 0]]);
    assert.deepEqual(
      log.lines.map(({ event }) => event),
      ['dispatch.failed'],
    );
  });

  test('workers may die on it, and it gets no place → returned until the next token, without a mark', async () => {
    const { limiter } = limiterOf(0, { kind: 'tokens', afterMs: 7000, expected: 1 });
    const { placement, isolatedSender, returned } = placementOf({ parts: { limiter } });
    const one = limitedOf('w', { isolated: true });
    placement.place([one]);
    await placement.allOver();
    assert.deepEqual([returned, isolatedSender.underWay()], [[[one.delivery.id, 7]], 0]);
  });
});

suite('what follows when a send ends or takes long', () => {
  test('it was recorded → its claim is over, what waited has its place, and the loop is woken', async () => {
    const { placement, sender, buffer, wakeup, ended } = placementOf();
    const [first, second] = [admittedOf('w'), admittedOf('w')];
    placement.place([first, second]);
    await until('it is sent', () => sender.underWay() === 1);
    assert.equal(buffer.size, 1);
    sender.end(ANSWERED);
    await wakeup.wait(60_000);
    await until('the next one is sent', () => sender.underWay() === 1);
    assert.deepEqual([ended, buffer.size], [[first.delivery.id], 0]);
    sender.end(ANSWERED);
    await placement.allOver();
    assert.deepEqual(ended, [first.delivery.id, second.delivery.id]);
  });

  test('it takes long → what waits for its webhook is returned, and the loop is woken', async () => {
    const { placement, sender, slots, returned, wakeup } = placementOf();
    const [first, second] = [admittedOf('w'), admittedOf('w')];
    placement.place([first, second]);
    await wakeup.wait(60_000);
    assert.deepEqual([returned, slots.standing('w')], [[[second.delivery.id, 0]], 'silent']);
    sender.end(ANSWERED);
    await placement.allOver();
    assert.equal(slots.standing('w'), 'late');
  });

  test('this machine could not send → returned later, and what waits is not started meanwhile', async () => {
    const { placement, sender, buffer, returned } = placementOf();
    const [first, second] = [admittedOf('w'), admittedOf('w')];
    placement.place([first, second]);
    await until('it is sent', () => sender.underWay() === 1);
    sender.end({ kind: 'local', code: 'EMFILE' });
    await placement.allOver();
    assert.deepEqual([returned, buffer.size, sender.underWay()], [[[first.delivery.id, 1]], 1, 0]);
  });

  test('told to stop → what waits is returned, sends under way go on', async () => {
    const { placement, sender, ended, returned } = placementOf();
    const [first, second] = [admittedOf('w'), admittedOf('w')];
    placement.place([first, second]);
    await placement.stop();
    assert.deepEqual(returned, [[second.delivery.id, 0]]);
    await until('it is sent', () => sender.underWay() === 1);
    sender.end(ANSWERED);
    await placement.allOver();
    assert.deepEqual(ended, [first.delivery.id]);
  });
});

for (const [when, waitedMs, isChanged] of [
  ['a claim has waited for more than a second', 1001, false],
  ['the webhook of a claim that waits has changed', 0, true],
] as const)
  test(`${when} → it is read again before it is sent`, async (t) => {
    const worker = await freshWorkerQueue(t);
    const world = placementOf({ parts: { pool: worker.pool, queue: worker.queue } });
    const { placement, sender, buffer, ended, readings } = world;
    const webhook = await addWebhook(worker);
    const [id = '', gone = ''] = await addDeliveries(worker, webhook.id, { count: 2 });
    await worker.pool.query('delete from deliveries where id = $1', [gone]);
    const readAt = performance.now() - waitedMs;
    for (const one of [gone, id]) {
      const old = admittedOf(webhook.id, { readAt });
      old.lease.claim = await worker.claimOf(webhook.id, one);
      assert.ok(buffer.add(old, 2));
    }
    if (isChanged) readings.changed(webhook.id);
    placement.fill();
    await until('one of them is sent', () => sender.underWay() === 1);
    assert.equal(buffer.size, 0);
    sender.end(ANSWERED);
    await placement.allOver();
    assert.deepEqual(ended.toSorted(), [gone, id].toSorted());
  });
