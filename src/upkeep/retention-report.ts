import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { RETENTION_KINDS, type RetentionKind } from './retention-lines.ts';

/** What was removed is told at info this often at most, and what could not be in time too. */
const TELL_EVERY_MS = 3_600_000;

/** The first time is sooner. */
const FIRST_AFTER_MS = 60_000;

/** Something that should be gone for longer than this is told, in a round that lasts that long. */
const BEHIND_SECONDS = 86_400;
const BEHIND_AFTER_MS = 3_600_000;

export type ReportParts = {
  log: Log;
  metrics: Pick<Metrics, 'retentionRemoved'>;
  now: () => number;
};

/** Counts what was removed, and tells it: each round at debug, and once an hour at info. */
export class RetentionReport {
  readonly #parts: ReportParts;
  #ofRound = none();
  #ofHour = none();
  #roundAt: number;
  #tellAt: number;
  #warnAt = -Infinity;

  constructor(parts: ReportParts) {
    this.#parts = parts;
    this.#roundAt = parts.now();
    this.#tellAt = parts.now() + FIRST_AFTER_MS;
  }

  roundBegan(): void {
    this.#roundAt = this.#parts.now();
    this.#ofRound = none();
  }

  removed(kind: RetentionKind, count: number, overSeconds: number): void {
    this.#parts.metrics.retentionRemoved.inc({ kind }, count);
    this.#ofRound[kind] += count;
    this.#ofHour[kind] += count;
    const now = this.#parts.now();
    if (now >= this.#tellAt && isAny(this.#ofHour)) {
      this.#parts.log.info('retention.removed', this.#ofHour);
      this.#ofHour = none();
      this.#tellAt = now + TELL_EVERY_MS;
    }
    const isBehind = overSeconds > BEHIND_SECONDS && now - this.#roundAt >= BEHIND_AFTER_MS;
    if (!isBehind || now < this.#warnAt) return;
    this.#parts.log.warn('retention.behind', { kind, over_seconds: Math.round(overSeconds) });
    this.#warnAt = now + TELL_EVERY_MS;
  }

  roundEnded(): void {
    if (isAny(this.#ofRound)) this.#parts.log.debug('retention.round_ended', this.#ofRound);
  }
}

const none = (): Record<RetentionKind, number> => ({
  succeeded: 0,
  failed: 0,
  attempts: 0,
  payloads: 0,
  events: 0,
  event_payloads: 0,
});

const isAny = (counts: Record<RetentionKind, number>) =>
  RETENTION_KINDS.some((kind) => counts[kind] > 0);
