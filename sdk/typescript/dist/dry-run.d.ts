import type { RequestContext } from './client.js';
/**
 * Sends what counts to the call that it counts for, as a dry run. Its own path is none of the API.
 */
export declare function askForDryRun(context: RequestContext): void;
