import type { Queryable } from './pool.ts';

/** How a PostgreSQL is, for whoever asks why it is slow or refuses. Times are in seconds. */

/** The server itself. `isReadOnly`: as the role has it, whatever this session has set. */
export type ServerFacts = {
  version: number;
  versionText: string;
  encoding: string;
  isReadOnly: boolean;
  isStandby: boolean;
  connections: number;
  maxConnections: number;
};

export async function serverFacts(db: Queryable): Promise<ServerFacts> {
  const { rows } = await db.query<ServerFacts>(
    `select current_setting('server_version_num')::integer / 10000 as version,
       current_setting('server_version') as "versionText",
       current_setting('server_encoding') as encoding,
       (select reset_val = 'on' from pg_settings where name = 'default_transaction_read_only')
         as "isReadOnly",
       pg_is_in_recovery() as "isStandby",
       (select count(*)::integer from pg_stat_activity where backend_type = 'client backend')
         as connections,
       current_setting('max_connections')::integer as "maxConnections"`,
  );
  return rows[0] as ServerFacts;
}

/** What PostgreSQL's clock says, in milliseconds since 1970. */
export async function clockMs(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ ms: number }>(
    `select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms`,
  );
  return rows[0]?.ms ?? NaN;
}

/** What of the database takes room. */
export type Room = { databaseBytes: number; largest: { name: string; bytes: number }[] };

/** The size of the database, and its largest tables among those that the search_path finds. */
export async function roomTaken(db: Queryable): Promise<Room> {
  const { rows } = await db.query<Room>(
    `select pg_database_size(current_database())::float8 as "databaseBytes",
       array(
         select json_build_object('name', relname, 'bytes', pg_total_relation_size(oid))
         from pg_class
         where relkind = 'r' and relnamespace = any (
           select oid from pg_namespace where nspname = any (current_schemas(false)))
         order by pg_total_relation_size(oid) desc limit 3
       ) as largest`,
  );
  return rows[0] as Room;
}

/** What keeps dead rows from being removed. `transaction`: the oldest one that is open. */
export type VacuumFacts = {
  isAutovacuumOn: boolean;
  /** Tables of ours with many dead rows, or with autovacuum off for themselves. */
  tables: { name: string; live: number; dead: number; isOff: boolean }[];
  transaction: { pid: number; seconds: number; application: string; state: string } | null;
  prepared: number;
  /** Replication slots that hold back what may be removed, and nobody reads from. */
  idleSlots: string[];
  /** How many transactions until ids run out, at which PostgreSQL stops. */
  idsLeft: number;
};

/** Transaction ids of PostgreSQL: half of them are in the past. */
const IDS = 2 ** 31;

export async function vacuumFacts(db: Queryable, schema: string): Promise<VacuumFacts> {
  const { rows } = await db.query<VacuumFacts>(
    `select current_setting('autovacuum') = 'on' as "isAutovacuumOn",
       array(
         select json_build_object('name', s.relname, 'live', n_live_tup, 'dead', n_dead_tup,
           'isOff', coalesce('autovacuum_enabled=false' = any (c.reloptions), false))
         from pg_stat_user_tables s join pg_class c on c.oid = s.relid
         where s.schemaname = any (current_schemas(false) || $1::name)
           and (n_dead_tup > 10000 and n_dead_tup > n_live_tup
             or 'autovacuum_enabled=false' = any (c.reloptions))
         order by n_dead_tup desc limit 5
       ) as tables,
       (
         select json_build_object('pid', pid, 'state', state, 'application', application_name,
           'seconds', extract(epoch from clock_timestamp() - xact_start)::integer)
         from pg_stat_activity
         where datname = current_database() and backend_xmin is not null
           and pid <> pg_backend_pid() and xact_start is not null
         order by xact_start limit 1
       ) as transaction,
       (select count(*)::integer from pg_prepared_xacts where database = current_database())
         as prepared,
       array(select slot_name::text from pg_replication_slots
         where not active and (xmin is not null or catalog_xmin is not null)) as "idleSlots",
       (select ${IDS} - age(datfrozenxid)::bigint from pg_database
         where datname = current_database())::float8 as "idsLeft"`,
    [schema],
  );
  return rows[0] as VacuumFacts;
}
