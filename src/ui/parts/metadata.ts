/** Metadata in a line. */
export const pairsIn = (metadata: Record<string, string>): string =>
  Object.entries(metadata)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ');
