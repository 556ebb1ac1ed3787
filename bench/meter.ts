import { cpuMs, heldMemoryMb, peakMemoryMb } from './cpu.ts';
import { less, type Figure } from './figures.ts';

/** What is measured together: all workers, for example. */
export type Part = { name: string; pids: (number | undefined)[] };

/**
 * Starts to count processor time. The result gives it part by part, divided by the number of
 * deliveries, or of what else was done, and the sum of several parts; n/a where a process is not
 * on this machine or the system does not tell.
 */
export function startMeter(parts: Part[], what = 'delivery'): (count: number) => Figure[] {
  const before = parts.map(cpuOf);
  return (count) => {
    const used = parts.map((part, i) => {
      const [from, to] = [before[i], cpuOf(part)];
      return from === undefined || to === undefined || count === 0
        ? undefined
        : (to - from) / count;
    });
    return withSum(parts, used, (of) => ({ name: `${of}CPU a ${what}`, unit: 'ms' }));
  };
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

/**
 * The memory that each part holds now, and all of them together. Reading it takes milliseconds of
 * processor time for each process of PostgreSQL, so it comes after all other measurements.
 */
export function heldMemory(parts: Part[]): Figure[] {
  const held = parts.map(({ pids }) => sum(pids.map((pid) => pid && heldMemoryMb(pid))));
  return withSum(parts, held, (of) => ({ name: `${of}memory (PSS)`, unit: 'MB' }));
}

/** A figure for each part, and one for all of them where there are several. */
function withSum(
  parts: Part[],
  values: (number | undefined)[],
  label: (of: string) => Pick<Figure, 'name' | 'unit'>,
): Figure[] {
  const figure = (of: string, value: number | undefined): Figure => {
    const { name, unit } = label(of);
    return less(name, value, unit);
  };
  return [
    ...parts.map(({ name }, i) => figure(`${name} `, values[i])),
    ...(parts.length > 1 ? [figure('together: ', sum(values))] : []),
  ];
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
