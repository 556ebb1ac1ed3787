import { QUEUE, SCHEMA } from './names.ts';

/** A claim whose worker has been silent for longer is one that nobody works on any more. */
const SILENT_SECONDS = 60;

/**
 * The deliveries that workers have claimed and are busy with, as a query of SQL for their ids as
 * text. It reads all claims, of which each worker has some hundreds at most.
 */
export const CLAIMED_DELIVERIES = `select singleton_key from ${SCHEMA}.job
  where name = '${QUEUE}' and state = 'active' and group_id is not null
    and singleton_key is not null
    and heartbeat_on > now() - interval '${SILENT_SECONDS} seconds'`;
