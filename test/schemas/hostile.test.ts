import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';
import { SchemaThread } from '../../src/schemas/schema-thread.ts';
import { schemaText } from '../../src/schemas/text.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { hostilePayloads, hostileSchemas } from './hostile.ts';

/**
 * FAST_CHECK_SEED repeats a failed run: its seed is in the output. FAST_CHECK_RUNS asks for another
 * number of schemas; 20,000 take some minutes.
 */
const { FAST_CHECK_SEED: seed = Date.now() % 2 ** 31, FAST_CHECK_RUNS: runs = 1000 } = process.env;

// Shorter than in a server, as so many of them are slow.
const schemas = new SchemaThread({ runMs: 100, examineMs: 250, lookEveryMs: 20 });
wholeFile.after(() => schemas.close());

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** So many are made in advance: making them takes the event loop's time as well. */
const AT_ONCE = 20;

/** A turn of the event loop that takes as long is a stall. */
const MOST_MS = 50;

test('hostile schemas and payloads → each is answered, the event loop never stands, memory stays', async (t) => {
  t.diagnostic(`seed ${seed}, ${runs} schemas`);
  const counts: Record<string, number> = {};
  let slowest = 0;
  let heapAfterFirst = 0;
  for (let done = 0; done < Number(runs); done += AT_ONCE) {
    const sample = { numRuns: AT_ONCE, seed: Number(seed) + done };
    const payloads = fc.sample(hostilePayloads, { ...sample, numRuns: AT_ONCE * 2 });
    const drafts = fc.sample(hostileSchemas, sample);
    const turns = new LongestTurn();
    const kinds = await Promise.all(
      drafts.map((draft, i) => judged(draft, payloads.slice(i * 2, i * 2 + 2))),
    );
    slowest = Math.max(slowest, turns.end());
    for (const kind of kinds.flat()) counts[kind] = (counts[kind] ?? 0) + 1;
    if (done === AT_ONCE * 10) heapAfterFirst = heapUsed();
  }
  const growth = heapUsed() - heapAfterFirst;
  t.diagnostic(
    `${JSON.stringify(counts)}, slowest turn ${slowest.toFixed(1)} ms, heap +${(growth / 2 ** 20).toFixed(1)} MiB, RSS ${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MiB`,
  );
  assert.ok(slowest < MOST_MS, `a turn of the event loop took ${slowest} ms`);
  assert.ok(growth < 16 * 2 ** 20, `the heap grew by ${growth} bytes`);
  for (const kind of ['usable', 'unusable', 'fits', 'misfit', 'compatible', 'incompatible'])
    assert.ok((counts[kind] ?? 0) > 0, `never ${kind}`);
});

/**
 * The most processor time that this thread takes between two looks at it, a millisecond apart. What
 * other processes take of the machine does not count.
 */
class LongestTurn {
  #last = cpuMs();
  #longest = 0;
  readonly #timer = setInterval(() => this.#look(), 1);

  end(): number {
    this.#look();
    clearInterval(this.#timer);
    return this.#longest;
  }

  #look(): void {
    const now = cpuMs();
    this.#longest = Math.max(this.#longest, now - this.#last);
    this.#last = now;
  }
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** What is done with a type, and with events of it, by what came out. */
async function judged(draft: unknown, payloads: string[]): Promise<string[]> {
  const written = schemaText(draft);
  if ('fault' in written) return ['refused'];
  const { text } = written;
  const { kind } = await schemas.examine(text);
  if (kind !== 'usable') return [kind];
  const others = await Promise.all([
    ...payloads.map((payload) => schemas.validate(text, payload)),
    schemas.compare(text, text),
    schemas.compare(text, '{"properties":{}}'),
  ]);
  return [kind, ...others.map((other) => other.kind)];
}

function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
