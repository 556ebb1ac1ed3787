/** Our queue among those of the schema. */
export const QUEUE = 'deliveries';

/** A schema of our own: one named `pgboss`, which is pg-boss's default, may be an application's. */
export const SCHEMA = 'postmand_queue';

/** Notified when work was added to the queue. */
export const CHANNEL = 'postmand_deliveries';
