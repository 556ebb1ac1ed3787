/** Our queue among those of the schema. */
export const QUEUE = 'deliveries';

/** A schema of our own: one named `pgboss`, which is pg-boss's default, may be an application's. */
export const SCHEMA = 'postmand_queue';

/** Notified when work was added to the queue. */
export const CHANNEL = 'postmand_deliveries';

/**
 * The priority of the jobs of test deliveries; that of all others is 0. Below it, so that a worker
 * of version 2.1, which reads the index of priorities from its lower end, meets them first as well.
 */
export const TEST_PRIORITY = -1;

/**
 * That of deliveries which were redelivered with many others: claims take them behind all else. A
 * worker of an earlier version claims them too, if not behind the rest.
 */
export const REDELIVERY_PRIORITY = -2;
