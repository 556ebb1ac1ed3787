import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { WorkerModel } from './worker-model.ts';

/**
 * FAST_CHECK_SEED repeats a failed run: its seed is in the failure's message. FAST_CHECK_RUNS asks
 * for more than the usual.
 */
const { FAST_CHECK_SEED: seed, FAST_CHECK_RUNS: runs = '30' } = process.env;

type World = {
  slots: number;
  silent: { webhooks: number; each: number; timeoutMs: number };
  slow: { webhooks: number; answersMs: number };
  /** Each gets a delivery every `everyMs`, beginning at `fromMs`. */
  quick: { webhooks: number; answersMs: number; everyMs: number; fromMs: number };
};

const SECONDS = 100;

const worlds: fc.Arbitrary<World> = fc.record({
  slots: fc.integer({ min: 4, max: 40 }),
  silent: fc.record({
    webhooks: fc.nat({ max: 120 }),
    each: fc.integer({ min: 1, max: 5 }),
    timeoutMs: fc.integer({ min: 1500, max: 10_000 }),
  }),
  slow: fc.record({
    webhooks: fc.nat({ max: 2 }),
    answersMs: fc.integer({ min: 1100, max: 2000 }),
  }),
  quick: fc.record({
    webhooks: fc.integer({ min: 1, max: 10 }),
    answersMs: fc.integer({ min: 1, max: 200 }),
    everyMs: fc.integer({ min: 500, max: 3000 }),
    fromMs: fc.nat({ max: 5000 }),
  }),
});

const IDS = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}`);

async function modelOf({ slots, silent, slow, quick }: World): Promise<WorkerModel> {
  const model = new WorkerModel({ slots });
  for (const id of IDS('silent', silent.webhooks)) {
    model.endpoint(id, { answersMs: Infinity, timeoutMs: silent.timeoutMs, retryMs: 1000 });
    for (let i = 0; i < silent.each; i += 1) model.post(id, 10 * i);
  }
  for (const [n, id] of IDS('slow', slow.webhooks).entries()) {
    model.endpoint(id, { answersMs: slow.answersMs, timeoutMs: 60_000, retryMs: 1000 });
    for (let at = 100 * n; at < SECONDS * 1000; at += 10_000) model.post(id, at);
  }
  for (const [n, id] of IDS('quick', quick.webhooks).entries()) {
    model.endpoint(id, { answersMs: quick.answersMs, timeoutMs: 60_000, retryMs: 1000 });
    for (let at = quick.fromMs + 37 * n; at < SECONDS * 1000; at += quick.everyMs)
      model.post(id, at);
  }
  await model.run(SECONDS * 1000);
  return model;
}

suite('any number of webhooks that are silent, slow and quick, on any number of slots', () => {
  test('what may wait is sent in bounded time, silent ones are tried in turn, and few claims are in vain', async (t) => {
    const worst = { known: 0, first: 0, slow: 0, spread: 0, inVain: 0 };
    const property = fc.asyncProperty(worlds, async (world) => {
      const { silent, quick, slots } = world;
      fc.pre((quick.webhooks * quick.answersMs) / quick.everyMs < slots / 3);
      const model = await modelOf(world);
      const longest = (prefix: string, wasKnown: boolean) =>
        Math.max(
          0,
          ...model.started
            .filter((one) => one.webhookId.startsWith(prefix) && one.wasKnown === wasKnown)
            .map(({ waitedMs }) => waitedMs),
        );
      const left = (prefix: string, count: number) =>
        Math.max(0, ...IDS(prefix, count).map((id) => model.waiting(id).longestMs));
      const figures = {
        known: Math.max(left('quick', quick.webhooks), longest('quick', true)),
        first: longest('quick', false),
        slow: Math.max(
          left('slow', world.slow.webhooks),
          longest('slow', true),
          longest('slow', false),
        ),
        spread:
          silent.webhooks === 0
            ? 0
            : Math.max(...triesOf(world, model)) - Math.min(...triesOf(world, model)),
        inVain: model.counts.returned / (model.started.length + silent.webhooks * silent.each),
      };
      for (const [name, figure] of Object.entries(figures))
        worst[name as keyof typeof worst] = Math.max(worst[name as keyof typeof worst], figure);
      assert.ok(figures.known <= 5000, `one of a quick webhook waited ${figures.known} ms`);
      // On few slots those that are tried first may all hang: then the next one is tried when their
      // time is over.
      assert.ok(
        figures.first <= 5000 + 5 * silent.timeoutMs,
        `the first one of a quick webhook waited ${figures.first} ms`,
      );
      assert.ok(
        figures.slow <= Math.min(15 * silent.timeoutMs + 40_000, 900 * SECONDS),
        `one of a slow webhook waited ${figures.slow} ms`,
      );
      assert.ok(
        figures.inVain <= 4,
        `${model.counts.returned} of ${model.counts.claimed} claims went back`,
      );
      assert.ok(
        figures.spread <= 15,
        `tries of silent webhooks: ${triesOf(world, model).join(' ')}`,
      );
    });
    await fc.assert(property, {
      numRuns: Number(runs),
      ...(seed === undefined ? {} : { seed: Number(seed) }),
    });
    const { known, first, slow, spread, inVain } = worst;
    t.diagnostic(
      `waits at most: quick webhooks ${known} ms, their first ${first} ms, slow ones ${slow} ms; silent ones differ by ${spread} tries; ${inVain.toFixed(2)} claims a send in vain`,
    );
  });
});

for (const { slots, turning, everyMs } of [
  { slots: 10, turning: 100, everyMs: 20 },
  { slots: 20, turning: 60, everyMs: 5 },
  { slots: 100, turning: 300, everyMs: 2 },
]) {
  test(`${turning} quick webhooks fall silent at once, on ${slots} slots → those that go on to answer wait for about a second once`, async (t) => {
    const endpoint = { answersMs: 15, timeoutMs: 60_000, retryMs: 1000 };
    const model = new WorkerModel({ slots });
    for (const id of [...IDS('turning', turning), 'healthy']) model.endpoint(id, endpoint);
    for (let at = 0; at < 40_000; at += everyMs)
      model.post(`turning${(7919 * (at / everyMs)) % turning}`, at);
    for (let at = 0; at < 40_000; at += 50) model.post('healthy', at);
    await model.run(10_000);
    for (const id of IDS('turning', turning))
      model.endpoint(id, { ...endpoint, answersMs: Infinity });
    await model.run(40_000);
    const waits = model.started
      .filter(({ webhookId }) => webhookId === 'healthy')
      .map(({ waitedMs }) => waitedMs);
    const longest = Math.max(model.waiting('healthy').longestMs, ...waits);
    t.diagnostic(`at most ${longest} ms`);
    assert.ok(longest <= 2500, `${longest} ms`);
  });
}

/** How often each silent webhook was tried. */
function triesOf({ silent }: World, { started }: WorkerModel): number[] {
  return IDS('silent', silent.webhooks).map(
    (id) => started.filter(({ webhookId }) => webhookId === id).length,
  );
}
