-- Drops the tables that going up created, and only while they are empty.
do $$
declare
  name text;
  has_rows boolean;
begin
  foreach name in array array['delivery_attempts', 'deliveries', 'webhooks'] loop
    if obj_description(to_regclass(name), 'pg_class') is distinct from 'created by postmand migration 001' then
      raise exception 'refused: table % was there before the first migration, so it is not dropped', name;
    end if;
    execute format('select exists (select from %I)', name) into has_rows;
    if has_rows then
      raise exception 'refused: table % has rows; delete them first if they are not needed', name;
    end if;
  end loop;
  drop table delivery_attempts;
  drop table deliveries;
  drop table webhooks;
end
$$;
