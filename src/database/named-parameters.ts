/**
 * A statement whose parameters have names, as `query` takes it. `$limit` stands for the value
 * `limit`, as often as it is written; undefined is null.
 * @throws where the statement names a value that is not given.
 */
export function withNames(
  sql: string,
  values: Record<string, unknown>,
): [text: string, values: unknown[]] {
  const names: string[] = [];
  const text = sql.replace(/\$([a-z_]+)/g, (_parameter, name: string) => {
    if (!(name in values)) throw new Error(`A statement names $${name}, which has no value.`);
    if (!names.includes(name)) names.push(name);
    return `$${names.indexOf(name) + 1}`;
  });
  return [text, names.map((name) => values[name] ?? null)];
}
