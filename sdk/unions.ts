const SENT_ON = `    if origin is dict:
        args = get_args(type_)
`;

const REFUSED = `    if origin is dict:
        if not isinstance(data, dict):
            raise TypeError("no object")
        args = get_args(type_)
`;

/**
 * The Python client with unions as they should be: the generator's would take a boolean for the
 * object that stands before it in a union, and fail.
 * @throws where the generator writes something else than is known here
 */
export function withUnions(client: string): string {
  if (client.split(SENT_ON).length !== 2)
    throw new Error('The generator reads objects in another way than sdk/unions.ts knows.');
  return client.replace(SENT_ON, REFUSED);
}
