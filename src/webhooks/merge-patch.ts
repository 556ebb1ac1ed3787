type Members = Record<string, unknown>;

/**
 * What JSON Merge Patch (RFC 7396) makes of a JSON value: an object is merged member by member,
 * null removes a member, and anything else takes the place of what was there. Neither argument
 * changes.
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  // A map, as a member may be called __proto__.
  const merged = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value));
  }
  return Object.fromEntries(merged);
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
