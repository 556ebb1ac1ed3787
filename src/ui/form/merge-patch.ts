/** A JSON value, as far as these functions look into it. */
type Members = Record<string, unknown>;

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The JSON Merge Patch (RFC 7396) that makes `to` of `from`: what stays is not named, and what is
 * gone is null. Undefined counts as not being there.
 */
export function patchFrom(from: Members, to: Members): Members {
  const patch: Members = {};
  for (const name of Object.keys(from)) {
    if (from[name] === undefined) continue;
    if (to[name] === undefined) patch[name] = null;
  }
  for (const [name, value] of Object.entries(to)) {
    if (value === undefined || isSame(from[name], value)) continue;
    const before = from[name];
    patch[name] = isMembers(before) && isMembers(value) ? patchFrom(before, value) : value;
  }
  return patch;
}

/** What a JSON Merge Patch makes of a value. */
export function patched(target: Members, patch: Members): Members {
  const result: Members = { ...target };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else if (isMembers(value))
      result[name] = patched(isMembers(result[name]) ? result[name] : {}, value);
    else result[name] = value;
  }
  return result;
}

/** Whether two JSON values are equal; members may have any order. */
function isSame(one: unknown, other: unknown): boolean {
  if (isMembers(one) && isMembers(other)) {
    const names = Object.keys(one);
    return (
      names.length === Object.keys(other).length &&
      names.every((name) => Object.hasOwn(other, name) && isSame(one[name], other[name]))
    );
  }
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((value, i) => isSame(value, other[i]));
  return one === other;
}
