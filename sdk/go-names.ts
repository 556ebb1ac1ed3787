/**
 * The Go client with `Type` where the generator writes `Type_`. It avoids the keyword `type`, which
 * an exported name cannot be. Fields stay in their columns, as gofmt has them.
 * @throws where the generator no longer writes such a name
 */
export function withGoNames(client: string): string {
  if (!/\bType_\b/.test(client)) throw new Error('no name is written as Type_');
  return client.replaceAll(/\bType_(?= {2})/g, 'Type ').replaceAll(/\bType_\b/g, 'Type');
}
