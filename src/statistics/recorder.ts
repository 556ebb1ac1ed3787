import { randomUUID } from 'node:crypto';
import { ALL_WEBHOOKS, BUCKETS, type Counts, type Figure } from './figures.ts';
import { bucketOf } from './histogram.ts';

/** Rows after which a flush comes early. */
const MANY_ROWS = 10_000;

/**
 * Most rows in memory, some 20 MB. While the database takes none, more webhooks and minutes than
 * these are counted among all webhooks only.
 */
const MOST_ROWS = 50_000;

const MINUTE_MS = 60_000;

/**
 * What was counted of webhooks in a minute. `ageSeconds`: how long ago the middle of the minute
 * was; less than 0: it is ahead.
 */
export type Minute = { ageSeconds: number; counts: [webhookId: string, counts: Counts][] };

/** What is written together. One with the number of an earlier one is the same again. */
export type Batch = { writer: string; number: number; minutes: Minute[] };

/** What came of an attempt. */
export type Result = Extract<Figure, 'succeeded' | 'failed' | 'retried'>;

type Minutes = Map<number, Map<string, Counts>>;

/** `now`: milliseconds of a clock that only goes forward. `startedAt`: when that was 0. */
type Clock = { now: () => number; startedAt: number };

/**
 * Counts what happens in this process, by webhook and minute, until it is written. The minutes are
 * those of the database's clock, once that has told its time with the first batch: a process whose
 * clock is wrong writes into no other year.
 */
export class Recorder {
  readonly #writer = randomUUID();
  readonly #now: () => number;
  #startedAt: number;
  #open: Minutes = new Map();
  #rows = 0;
  /** The last minute, so that it is not looked up for each note. */
  #minute = Number.NaN;
  #ofMinute = new Map<string, Counts>();
  /** What is being written. It does not change until the database has it. */
  #batch: Minutes | undefined;
  #number = 1;
  #onMany: () => void = () => {};

  constructor({ now, startedAt }: Clock = ofProcess()) {
    this.#now = now;
    this.#startedAt = startedAt;
  }

  /** Is called when there is so much that it should be written now. */
  onMany(write: () => void): void {
    this.#onMany = write;
  }

  note(webhookId: string, figure: Figure): void {
    const minute = this.#minuteNow();
    add(this.#countsOf(minute, webhookId), figure);
    add(this.#countsOf(minute, ALL_WEBHOOKS), figure);
  }

  /** An attempt was recorded. */
  attempted(webhookId: string, result: Result, durationMs: number): void {
    const minute = this.#minuteNow();
    const bucket = BUCKETS[bucketOf(durationMs)] as keyof Counts;
    for (const id of [webhookId, ALL_WEBHOOKS]) {
      const counts = this.#countsOf(minute, id);
      add(counts, 'attempts');
      add(counts, result);
      add(counts, bucket);
    }
  }

  /** What is to be written: the same again, until it is `written`. Undefined: nothing. */
  batch(): Batch | undefined {
    if (this.#batch === undefined && this.#open.size > 0) {
      this.#batch = this.#open;
      this.#open = new Map();
      this.#rows = 0;
      this.#minute = Number.NaN;
    }
    if (this.#batch === undefined) return undefined;
    const nowMs = this.#startedAt + this.#now();
    return { writer: this.#writer, number: this.#number, minutes: minutesOf(this.#batch, nowMs) };
  }

  /** The database has the batch, and told its time. */
  written(databaseMs: number): void {
    this.#batch = undefined;
    this.#number += 1;
    this.#startedAt = databaseMs - this.#now();
  }

  #minuteNow(): number {
    return Math.floor((this.#startedAt + this.#now()) / MINUTE_MS);
  }

  #countsOf(minute: number, webhookId: string): Counts {
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#ofMinute = this.#open.get(minute) ?? new Map<string, Counts>();
      this.#open.set(minute, this.#ofMinute);
    }
    return this.#ofMinute.get(webhookId) ?? this.#newCounts(webhookId);
  }

  #newCounts(webhookId: string): Counts {
    const counts: Counts = {};
    if (this.#rows >= MOST_ROWS && webhookId !== ALL_WEBHOOKS) return counts;
    this.#ofMinute.set(webhookId, counts);
    this.#rows += 1;
    if (this.#rows === MANY_ROWS) this.#onMany();
    return counts;
  }
}

function ofProcess(): Clock {
  return { now: () => performance.now(), startedAt: Date.now() - performance.now() };
}

function add(counts: Counts, column: keyof Counts): void {
  counts[column] = (counts[column] ?? 0) + 1;
}

function minutesOf(minutes: Minutes, nowMs: number): Minute[] {
  return [...minutes].map(([minute, webhooks]) => {
    const ageSeconds = (nowMs - (minute + 0.5) * MINUTE_MS) / 1000;
    return { ageSeconds, counts: [...webhooks] };
  });
}
