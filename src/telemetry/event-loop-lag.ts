import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Gauge, type Registry } from 'prom-client';

/**
 * The lag of the event loop is measured by a timer that fires so often. Each firing wakes the
 * process: at 100 a second, as prom-client has it, that is 0.6 % of a core where nothing else
 * happens, and more than all else that an idle process does.
 */
const EVERY_MS = 100;

/** So long after a scrape nobody is believed to come again, and nothing is measured. */
const SCRAPED_MS = 300_000;

/** A resolution with which the timer of prom-client's own measurement never fires. */
export const NEVER_MS = 2 ** 31 - 1;

const STATISTICS = {
  min: 'The minimum recorded event loop delay.',
  max: 'The maximum recorded event loop delay.',
  mean: 'The mean of the recorded event loop delays.',
  stddev: 'The standard deviation of the recorded event loop delays.',
  p50: 'The 50th percentile of the recorded event loop delays.',
  p90: 'The 90th percentile of the recorded event loop delays.',
  p99: 'The 99th percentile of the recorded event loop delays.',
};

type Statistic = keyof typeof STATISTICS;

/**
 * The gauges `nodejs_eventloop_lag_*_seconds`, in the place of those of prom-client: how much later
 * than due a timer fired since the last scrape. They are measured while somebody scrapes.
 */
export class EventLoopLag {
  readonly #delay = monitorEventLoopDelay({ resolution: EVERY_MS });
  readonly #gauges: [Statistic, Gauge][];
  #ending: NodeJS.Timeout | undefined;

  constructor(registry: Registry) {
    this.#gauges = Object.entries(STATISTICS).map(([statistic, help]) => {
      const name = `nodejs_eventloop_lag_${statistic}_seconds`;
      registry.removeSingleMetric(name);
      return [statistic as Statistic, new Gauge({ name, help, registers: [registry] })];
    });
  }

  /** Brings the gauges up to date, for a scrape, and measures on until the next one. */
  sample(): void {
    // Nothing was measured before the first scrape, and within a moment of another.
    if (this.#delay.count > 0) {
      for (const [statistic, gauge] of this.#gauges) gauge.set(this.#seconds(statistic));
      this.#delay.reset();
    }
    this.#delay.enable();
    this.#ending ??= setTimeout(() => this.#end(), SCRAPED_MS).unref();
    this.#ending.refresh();
  }

  #end(): void {
    this.#ending = undefined;
    this.#delay.disable();
    this.#delay.reset();
  }

  /** What was recorded is the time between two firings. */
  #seconds(statistic: Statistic): number {
    const delay = this.#delay;
    if (statistic === 'stddev') return delay.stddev / 1e9;
    const recorded = statistic.startsWith('p')
      ? delay.percentile(Number(statistic.slice(1)))
      : delay[statistic as 'min' | 'max' | 'mean'];
    return Math.max(0, recorded / 1e9 - EVERY_MS / 1000);
  }
}
