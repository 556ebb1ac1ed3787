-- What a client says of a webhook or a delivery, in pairs of text. A process of an earlier version names none of this,
-- so it goes on beside this version.
alter table webhooks
  add column metadata jsonb not null default '{}';
-- Webhooks are changed seldom. Without fastupdate a search never reads a list of entries that are yet to be sorted in.
create index webhooks_by_metadata on webhooks using gin (metadata jsonb_path_ops) with (fastupdate = off);

-- What deliveries carry, in the order of their list: an entry for each pair. A hash stands for the pair, so that each
-- entry has the same size; a search reads the delivery itself as well. A delivery without metadata has none.
create table delivery_tags (
  tag bigint not null,
  created_at timestamptz not null,
  delivery_id uuid not null,
  primary key (tag, created_at, delivery_id)
);

create function delivery_tag(name text, value text)
returns bigint language sql immutable parallel safe as $$
  select hashtextextended(name, hashtextextended(value, 0))
$$;

do $migration$
declare
  home text := (
    select nspname from pg_catalog.pg_class join pg_catalog.pg_namespace n on n.oid = relnamespace
    where pg_class.oid = to_regclass('webhooks')
  );
begin
  -- Applications and servers store deliveries, and much else removes them: the table itself knows of each.
  execute format($create$
    create function %1$I.add_delivery_tags() returns trigger language plpgsql as $$
    begin
      insert into %1$I.delivery_tags (tag, created_at, delivery_id)
      select %1$I.delivery_tag(key, value), new.created_at, new.id from jsonb_each_text(new.metadata)
      on conflict do nothing;
      return null;
    end
    $$
  $create$, home);
  execute format($create$
    create function %1$I.remove_delivery_tags() returns trigger language plpgsql as $$
    begin
      delete from %1$I.delivery_tags
      where tag in (select %1$I.delivery_tag(key, value) from jsonb_each_text(old.metadata))
        and created_at = old.created_at and delivery_id = old.id;
      return null;
    end
    $$
  $create$, home);
end
$migration$;

-- Of rows without metadata, PostgreSQL asks for no more than this condition.
create trigger add_tags after insert on deliveries
  for each row when (new.metadata is not null) execute function add_delivery_tags();
create trigger remove_tags after delete on deliveries
  for each row when (old.metadata is not null) execute function remove_delivery_tags();

-- Metadata that may be stored; null where it has no pairs. Refuses what the API refuses.
create function postmand.metadata_of(given jsonb, path text)
returns jsonb language plpgsql stable as $$
declare
  kind text := jsonb_typeof(given);
  pairs integer;
  one record;
begin
  if kind = 'null' or given = '{}' then
    return null;
  end if;
  if kind <> 'object' then
    raise exception using errcode = 'PM004',
      message = concat(path, 'metadata: must be an object of strings, but is ', kind);
  end if;
  if getdatabaseencoding() <> 'UTF8' then
    perform postmand.check_text(given::text, concat(path, 'metadata'));
  end if;
  select count(*) into pairs from jsonb_object_keys(given);
  if pairs > 20 then
    raise exception using errcode = 'PM004',
      message = concat(path, 'metadata: must have at most 20 pairs, but has ', pairs);
  end if;
  select concat(path, 'metadata.', left(pair.name, 64), ': ', case
      when length(convert_to(pair.name, 'UTF8'), 'UTF8') not between 1 and 64 then 'a name must have 1 to 64 characters'
      when jsonb_typeof(pair.value) <> 'string'
        then concat('must be a string, but is ', jsonb_typeof(pair.value))
      else 'must have at most 255 characters'
    end) as fault
  into one
  from jsonb_each(given) as pair (name, value)
  where length(convert_to(pair.name, 'UTF8'), 'UTF8') not between 1 and 64 or jsonb_typeof(pair.value) <> 'string'
    or length(convert_to(pair.value #>> '{}', 'UTF8'), 'UTF8') > 255
  limit 1;
  if found then
    raise exception using errcode = 'PM004', message = one.fault;
  end if;
  return given;
end
$$;

create function postmand.fingerprint_pairs(metadata jsonb)
returns text language sql stable as $$
  select string_agg(postmand.fingerprint_part(pair.name) || postmand.fingerprint_part(pair.value), ''
    order by pair.name collate "C")
  from jsonb_each_text(metadata) as pair (name, value)
$$;

drop function postmand.fingerprint;
-- What a key of a request stands for, as the API computes it of a request that creates one delivery. What has no
-- metadata has the fingerprint that it had before there was any.
create function postmand.fingerprint(
  webhook_id uuid, payload text, ordering_key text, send_at timestamptz, expires_at timestamptz, metadata jsonb
) returns bytea language sql stable as $$
  select sha256(convert_to(concat(
    postmand.fingerprint_part('createDelivery'),
    postmand.fingerprint_part(webhook_id::text),
    postmand.fingerprint_part(coalesce(payload, '')),
    postmand.fingerprint_part(ordering_key),
    postmand.fingerprint_part(postmand.fingerprint_time(send_at)),
    postmand.fingerprint_part(postmand.fingerprint_time(expires_at)),
    case when metadata is not null then postmand.fingerprint_part('{' || postmand.fingerprint_pairs(metadata)) end
  ), 'UTF8'))
$$;

drop function postmand.insert_delivery;
do $migration$
declare
  home text := (
    select nspname from pg_catalog.pg_class join pg_catalog.pg_namespace n on n.oid = relnamespace
    where pg_class.oid = to_regclass('webhooks')
  );
begin
  -- Stores a delivery for those who take in what applications have committed. It does not ask whether another delivery
  -- goes first: that would need a lock for which other callers had to wait.
  execute format($create$
    create function postmand.insert_delivery(
      webhook uuid, body text, key text, begin_at timestamptz, end_at timestamptz, request_key text, given jsonb,
      path text
    ) returns uuid language plpgsql as $$
    declare
      key_hash bytea := sha256(convert_to(request_key, 'UTF8'));
      print bytea;
      delivery uuid;
    begin
      if given is not null then
        given := postmand.metadata_of(given, path);
      end if;
      perform postmand.check_delivery(webhook, body, key, begin_at, end_at, request_key, path);
      if request_key is not null then
        print := postmand.fingerprint(webhook, body, key, begin_at, end_at, given);
        delivery := postmand.replayed(key_hash, print, path);
        if delivery is not null then
          return delivery;
        end if;
      end if;
      insert into %1$I.deliveries (id, webhook_id, payload, scheduled_at, delivery_attempts, status, held_reason,
        parked_at, outbox_place, ordering_key, send_at, expires_at, metadata,
        created_at, updated_at)
      select gen_random_uuid(), w.id, coalesce(body, ''), greatest(now(), begin_at), 0, 'pending', 'outbox',
        now(), nextval(%2$L::regclass), key, begin_at, end_at, given, now(), now()
      from %1$I.webhooks w
      where w.id = webhook and w.deleted_at is null
      for key share of w
      returning id into delivery;
      if delivery is null then
        raise exception using errcode = 'PM005', message = concat(path, 'webhook_id: there is no webhook ', webhook);
      end if;
      if request_key is not null then
        insert into %1$I.idempotency_keys as k (key, fingerprint, delivery_ids, expires_at)
        values (key_hash, print, array[delivery], now() + interval '1 second' * postmand.number_setting(
          'postmand.idempotency_window', 86400, 3600, 2592000))
        on conflict on constraint idempotency_keys_pkey do update
        set fingerprint = excluded.fingerprint, delivery_ids = excluded.delivery_ids, expires_at = excluded.expires_at;
      end if;
      return delivery;
    end
    $$
  $create$, home, format('%I.outbox_places', home));
end
$migration$;

-- A delivery as an object of JSON.
create or replace function postmand.insert_object(given jsonb, path text)
returns uuid language plpgsql as $$
declare
  members constant text[] := '{webhook_id,payload,ordering_key,send_at,expires_at,idempotency_key,metadata}';
  wrong record;
begin
  if jsonb_typeof(given) <> 'object' then
    raise exception using errcode = 'PM004',
      message = concat(path, ': must be an object, but is ', jsonb_typeof(given));
  end if;
  path := concat(path, '.');
  select member.key as name, member.key = any (members) as is_known, jsonb_typeof(member.value) as kind into wrong
  from jsonb_each(given) as member
  where member.key <> all (members)
    or member.key <> 'metadata' and jsonb_typeof(member.value) not in ('string', 'null')
  limit 1;
  if found then
    raise exception using errcode = 'PM004', message = case
      when wrong.is_known then concat(path, wrong.name, ': must be a string or null, but is ', wrong.kind)
      else concat(path, left(wrong.name, 100), ': is no member of a delivery; there are ',
        array_to_string(members, ', '))
    end;
  end if;
  if not (given ->> 'webhook_id') collate "C" ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    raise exception using errcode = 'PM004', message = concat(path, 'webhook_id: must be a UUID');
  end if;
  return postmand.insert_delivery(
    (given ->> 'webhook_id')::uuid,
    given ->> 'payload',
    given ->> 'ordering_key',
    case when given ->> 'send_at' is not null
      then postmand.time_of(given ->> 'send_at', concat(path, 'send_at'), true) end,
    case when given ->> 'expires_at' is not null
      then postmand.time_of(given ->> 'expires_at', concat(path, 'expires_at'), false) end,
    given ->> 'idempotency_key',
    given -> 'metadata',
    path
  );
end
$$;

-- Whoever was granted the function itself keeps that right, which would end with the function.
select set_config('postmand.granted', coalesce(proacl::text, '{}'), true)
from pg_proc where oid = 'postmand.enqueue'::regproc;
drop function postmand.enqueue;
create function postmand.enqueue(
  webhook_id uuid, payload text, ordering_key text = null, send_at timestamptz = null,
  expires_at timestamptz = null, idempotency_key text = null, metadata jsonb = null
) returns uuid language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  delivery uuid := postmand.insert_delivery(
    webhook_id, payload, ordering_key, send_at, expires_at, idempotency_key, metadata, '');
begin
  perform postmand.notify_workers();
  return delivery;
end
$$;
comment on function postmand.enqueue is
  'Enqueues a delivery in this transaction, and returns its id. It is accepted when the transaction has committed.';

do $$
declare
  made regprocedure;
  one record;
begin
  for made in
    select oid from pg_proc
    where pronamespace = 'postmand'::regnamespace and proname in ('enqueue', 'insert_delivery', 'fingerprint',
      'fingerprint_pairs', 'metadata_of')
  loop
    execute format('revoke all on function %s from public', made);
  end loop;
  for one in
    select grantee::regrole as role, is_grantable
    from aclexplode(current_setting('postmand.granted')::aclitem[])
    where grantee not in (0, (select proowner from pg_proc where oid = 'postmand.enqueue'::regproc))
  loop
    execute format('grant execute on function postmand.enqueue to %s %s', one.role,
      case when one.is_grantable then 'with grant option' end);
  end loop;
end
$$;
