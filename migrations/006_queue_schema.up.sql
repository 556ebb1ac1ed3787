-- The queue was in the schema "pgboss", which is also where an application keeps a pg-boss of its own. It moves to "postmand_queue";
-- a new installation gets its queue there afterwards. A "pgboss" that is not ours is not even looked at any further.
do $$
declare
  found jsonb;
  jobs text;
  answer boolean;
  thing record;
begin
  if to_regnamespace('pgboss') is null or not has_schema_privilege('pgboss', 'usage') then
    return;
  end if;
  -- A sequence, an index or a type of somebody else's may have either name.
  if (select count(*) from pg_class
      where relnamespace = 'pgboss'::regnamespace and relname in ('queue', 'version') and relkind in ('r', 'p')) < 2
     or not has_table_privilege('pgboss.queue', 'select') or to_regnamespace('postmand_queue') is not null then
    return;
  end if;

  -- Ours is a queue with all that version 2.1 set, and with jobs of deliveries only. Versions of
  -- pg-boss differ in their columns, and a table of something else may have any.
  select to_jsonb(queue) into found from pgboss.queue where to_jsonb(queue) ->> 'name' = 'deliveries';
  if found is null or not found @> '{
    "policy": "exclusive", "partition": true, "retry_limit": 1000, "heartbeat_seconds": 20, "expire_seconds": 86400,
    "retention_seconds": 31536000
  }' then
    return;
  end if;
  if not exists (
    select from pg_class where relnamespace = 'pgboss'::regnamespace and relname = found ->> 'table_name' and relkind in ('r', 'p')
  ) then
    return;
  end if;
  jobs := format('pgboss.%I', found ->> 'table_name');
  -- Jobs of ours have a delivery and a webhook for keys, also where their data are damaged.
  execute format(
    'select exists (
       select from %1$s
       where (data ->> ''deliveryId'' = singleton_key) is not true
         and not coalesce(singleton_key ~ %2$L and group_id ~ %2$L, false))',
    jobs, '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
  ) into answer;
  if answer then
    return;
  end if;

  if exists (select from pgboss.queue where name <> 'deliveries' and not starts_with(name, '__pgboss__'))
     or exists (select from pgboss.version where version > 46) then
    -- Somebody else's queues are there too, so only ours goes. Workers make its jobs anew from the deliveries.
    execute format(
      'select exists (select from %s where state = ''active'' and heartbeat_on > now() - interval ''20 seconds'')', jobs
    ) into answer;
    if answer then
      raise exception 'refused: a worker of an earlier version is sending, and an application has queues beside ours in the schema '
        '"pgboss"; stop all servers and workers, and run this again';
    end if;
    perform pgboss.delete_queue('deliveries');
    return;
  end if;

  -- All of it is ours. A schema is renamed in a moment, whatever waits, and what is claimed stays claimed.
  alter schema pgboss rename to postmand_queue;

  -- Processes of the earlier version go on under the old name: with views of the same rows, and with the functions as they were.
  create schema pgboss;
  comment on schema pgboss is 'Views for Postmand 2.1. When no process of that version runs any more: drop schema pgboss cascade';
  create domain pgboss.job_state as postmand_queue.job_state;
  for thing in
    select relname as name from pg_class where relnamespace = 'postmand_queue'::regnamespace and relkind in ('r', 'p')
  loop
    execute format('create view pgboss.%1$I as select * from postmand_queue.%1$I', thing.name);
  end loop;
  for thing in
    select pg_get_functiondef(oid) as definition from pg_proc
    where pronamespace = 'postmand_queue'::regnamespace and prokind in ('f', 'p')
  loop
    execute replace(thing.definition, 'postmand_queue.', 'pgboss.');
    execute replace(thing.definition, 'pgboss.', 'postmand_queue.');
  end loop;

  -- Whoever had been given rights to the tables has them to the views.
  for thing in
    select relname as name, privilege_type as privilege, case grantee when 0 then 'public' else grantee::regrole::text end as grantee
    from pg_class cross join aclexplode(relacl)
    where relnamespace = 'postmand_queue'::regnamespace and relkind in ('r', 'p')
      and privilege_type in ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
  loop
    execute format('grant %s on pgboss.%I to %s', thing.privilege, thing.name, thing.grantee);
  end loop;
  for thing in
    select case grantee when 0 then 'public' else grantee::regrole::text end as grantee
    from pg_namespace cross join aclexplode(nspacl)
    where nspname = 'postmand_queue' and privilege_type = 'USAGE'
  loop
    execute format('grant usage on schema pgboss to %s', thing.grantee);
  end loop;
end
$$;
