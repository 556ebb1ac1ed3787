import { now, sleep } from './clock.ts';
import { less, type Figure } from './figures.ts';
import { startMeter, type Part } from './meter.ts';

/**
 * The share of one core that each part takes while nothing happens, and all of them together, in
 * percent. `seconds`: how long it was measured.
 */
export async function idleShares(
  parts: Part[],
  seconds: number,
): Promise<{ figures: Figure[]; seconds: number }> {
  const meter = startMeter(parts, 'second');
  const startedAt = now();
  await sleep(seconds * 1000);
  const took = (now() - startedAt) / 1000;
  const figures = meter(took).map(({ name, value }) =>
    less(name.replace('CPU a second', 'CPU, of one core'), value && value / 10, '%'),
  );
  return { figures, seconds: took };
}
