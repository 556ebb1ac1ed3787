import { cpuMs, peakMemoryMb } from './cpu.ts';
import { less, type Figure } from './figures.ts';

/** What is measured together: all workers, for example. */
export type Part = { name: 'server' | 'worker' | 'PostgreSQL'; pids: (number | undefined)[] };

/**
 * Starts to count processor time. The result gives it part by part, divided by the number of
 * deliveries, or of what else was done; n/a where a process is not on this machine or the system
 * does not tell.
 */
export function startMeter(parts: Part[], what = 'delivery'): (count: number) => Figure[] {
  const before = parts.map(cpuOf);
  return (count) =>
    parts.map((part, i) => {
      const [from, to] = [before[i], cpuOf(part)];
      const ms =
        from === undefined || to === undefined || count === 0 ? undefined : (to - from) / count;
      return less(`${part.name} CPU a ${what}`, ms, 'ms');
    });
}

/**
 * The most memory that each of our processes has held since it started. PostgreSQL's share theirs,
 * so a sum says nothing.
 */
export function peakMemory(parts: Part[]): Figure[] {
  const processes = parts.filter(({ name }) => name !== 'PostgreSQL');
  return processes.map((part) =>
    less(`${part.name} memory, peak`, sum(part.pids.map((pid) => pid && peakMemoryMb(pid))), 'MB'),
  );
}

function cpuOf({ pids }: Part): number | undefined {
  return sum(pids.map((pid) => pid && cpuMs(pid)));
}

function sum(values: (number | undefined)[]): number | undefined {
  return values.reduce(
    (total, value) => (total === undefined || value === undefined ? undefined : total + value),
    0,
  );
}
