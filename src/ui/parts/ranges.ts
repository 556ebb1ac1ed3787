/** Whole numbers as people write them: `[200, 201, 202, 410]` → `200–202, 410`. */
export function asRanges(numbers: readonly number[], dash = '–'): string {
  const sorted = [...new Set(numbers)].sort((one, other) => one - other);
  const runs: [first: number, last: number][] = [];
  for (const number of sorted) {
    const run = runs.at(-1);
    if (run !== undefined && number === run[1] + 1) run[1] = number;
    else runs.push([number, number]);
  }
  return runs
    .flatMap(([first, last]) => {
      if (first === last) return [`${first}`];
      return last === first + 1 ? [`${first}`, `${last}`] : [`${first}${dash}${last}`];
    })
    .join(', ');
}

/** Reads what `asRanges` writes. @returns undefined where it is not that, or means too many */
export function fromRanges(text: string, most: number): number[] | undefined {
  const numbers: number[] = [];
  for (const part of text.split(/[\s,;]+/).filter((one) => one !== '')) {
    const [, first, last] = /^(\d{1,9})(?:[-–](\d{1,9}))?$/.exec(part) ?? [];
    if (first === undefined) return undefined;
    const [low, high] = [Number(first), Number(last ?? first)];
    if (high < low || high - low >= most) return undefined;
    for (let number = low; number <= high; number += 1) numbers.push(number);
  }
  return numbers;
}
