/**
 * The command cannot do its work for a reason that the message tells in full: no stack trace
 * needed.
 */
export class CommandError extends Error {
  override name = 'CommandError';
}
