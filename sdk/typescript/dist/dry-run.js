/** The calls that count what another one would begin with, and the end of their paths. */
const COUNTS = new Set(['countRedelivery', 'countErasure']);
const SUFFIX = /\/dry-run$/;
/**
 * Sends what counts to the call that it counts for, as a dry run. Its own path is none of the API.
 */
export function askForDryRun(context) {
    if (!COUNTS.has(context.operation.id))
        return;
    context.url = context.url.replace(SUFFIX, '');
    context.body = { ...context.body, dry_run: true };
}
