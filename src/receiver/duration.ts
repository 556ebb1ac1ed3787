const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, '': 1000 };

/**
 * `500ms`, `3s`, `1.5s`, `2m`, or seconds without a unit → milliseconds, at most a day. Undefined:
 * not a duration.
 */
export function durationMs(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d{1,8}(?:\.\d{1,3})?)(ms|s|m)?$/.exec(text) ?? [];
  if (number === undefined) return undefined;
  const ms = Math.round(Number(number) * (UNITS[unit] ?? NaN));
  return ms <= 86_400_000 ? ms : undefined;
}
