-- The queue goes back to the schema "pgboss" where that name is free. Where an application has it, version 2.1 makes its queue there
-- when it migrates; the jobs can be made again from the deliveries.
do $$
declare
  thing record;
begin
  if to_regnamespace('postmand_queue') is null then
    return;
  end if;
  if starts_with(obj_description(to_regnamespace('pgboss'), 'pg_namespace'), 'Views for Postmand 2.1.') then
    drop schema pgboss cascade;
  end if;
  if to_regnamespace('pgboss') is not null then
    drop schema postmand_queue cascade;
    return;
  end if;
  alter schema postmand_queue rename to pgboss;
  for thing in
    select pg_get_functiondef(oid) as definition from pg_proc
    where pronamespace = 'pgboss'::regnamespace and prokind in ('f', 'p')
  loop
    execute replace(thing.definition, 'postmand_queue.', 'pgboss.');
  end loop;
end
$$;
