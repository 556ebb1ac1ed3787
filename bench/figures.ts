export type Unit = '/s' | 'ms' | 's' | 'MB' | 'B' | '×' | '%' | '';

/**
 * One measured number. Undefined: it cannot be had here. `better` says which direction is good;
 * undefined: neither.
 */
export type Figure = {
  name: string;
  value: number | undefined;
  unit: Unit;
  better?: 'more' | 'less' | undefined;
};

export type Outcome = { figures: Figure[]; notes: string[] };

export const more = (name: string, value: number | undefined, unit: Unit): Figure => ({
  name,
  value,
  unit,
  better: 'more',
});
export const less = (name: string, value: number | undefined, unit: Unit): Figure => ({
  name,
  value,
  unit,
  better: 'less',
});

/** 1,000,000 for a million. */
export const grouped = (count: number): string => count.toLocaleString('en');

/**
 * Nearest rank: the smallest value that is not below `share` of them. Undefined where there are
 * none.
 */
export function percentile(values: number[], share: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

export function p50p99(name: string, ms: number[]): Figure[] {
  return [
    less(`${name} p50`, percentile(ms, 0.5), 'ms'),
    less(`${name} p99`, percentile(ms, 0.99), 'ms'),
  ];
}

/**
 * The middle of several runs, with the mean of the two in the middle where their number is even.
 */
export function median(values: number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}
