/** How a line of a generated client sends an object in a query, and how it is to send it. */
type Line = { sent: RegExp; right: string };

/**
 * The generator sends a parameter of the style deepObject right in TypeScript alone: as
 * `metadata[customer]=42`. In Python and Go it sends the text of a whole dictionary.
 */
export const PYTHON: Line = {
  sent: /(params|base)\["metadata"\] = encode\(metadata\)/g,
  right: '$1.update({f"metadata[{name}]": value for name, value in metadata.items()})',
};
export const GO: Line = {
  sent: /(\t+)(query|base)\.Set\("metadata", fmt\.Sprint\(\*params\.Metadata\)\)/g,
  right:
    '$1for name, value := range *params.Metadata {\n$1\t$2.Set("metadata["+name+"]", value)\n$1}',
};

/** @throws where the generator has come to write something else, which is to be looked at */
export function withDeepObjects(client: string, { sent, right }: Line): string {
  if (!client.match(sent)) throw new Error('no parameter is sent as the generator sent metadata');
  return client.replace(sent, right);
}
