-- Whatever an application has made of the functions, such as a view, is named by PostgreSQL's refusal. The role stays:
-- other databases of the server may use it, and applications have been granted it.
drop function postmand.enqueue;
drop function postmand.enqueue_many;
drop function postmand.insert_object;
drop function postmand.insert_delivery;
drop function postmand.replayed;
drop function postmand.time_of;
drop function postmand.fingerprint;
drop function postmand.fingerprint_time;
drop function postmand.fingerprint_part;
drop function postmand.check_delivery;
drop function postmand.check_text;
drop function postmand.notify_workers;
drop function postmand.number_setting;
do $$
begin
  if obj_description('postmand'::regnamespace, 'pg_namespace') = 'Functions of Postmand that applications call' then
    drop view postmand.postmand_migrations;
    drop schema postmand;
  else
    revoke all on schema postmand from postmand_enqueue;
  end if;
exception
  when undefined_object then null;
end
$$;
