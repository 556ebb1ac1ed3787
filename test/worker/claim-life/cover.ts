import type { Walked } from './search.ts';

/** Those of the paths, the shortest first, that show a kind of event that `shown` does not have. */
export function cover(paths: Iterable<Walked>, shown: Set<string>): Walked[] {
  const byLength = [...paths].toSorted((one, other) => one.events.length - other.events.length);
  return byLength.filter(({ kinds }) => {
    const isNew = kinds.some((kind) => !shown.has(kind));
    for (const kind of kinds) shown.add(kind);
    return isNew;
  });
}
