-- Whoever was granted the function itself keeps that right, which would end with the function.
select set_config('postmand.granted', coalesce(proacl::text, '{}'), true)
from pg_proc where oid = 'postmand.enqueue'::regproc;
drop function postmand.enqueue;
drop function postmand.insert_delivery;
drop function postmand.fingerprint;
drop function postmand.fingerprint_pairs;
drop function postmand.metadata_of;

-- What a key of a request stands for, as the API computes it of a request that creates one delivery.
create function postmand.fingerprint(
  webhook_id uuid, payload text, ordering_key text, send_at timestamptz, expires_at timestamptz
) returns bytea language sql stable as $$
  select sha256(convert_to(concat(
    postmand.fingerprint_part('createDelivery'),
    postmand.fingerprint_part(webhook_id::text),
    postmand.fingerprint_part(coalesce(payload, '')),
    postmand.fingerprint_part(ordering_key),
    postmand.fingerprint_part(postmand.fingerprint_time(send_at)),
    postmand.fingerprint_part(postmand.fingerprint_time(expires_at))
  ), 'UTF8'))
$$;

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
      webhook uuid, body text, key text, begin_at timestamptz, end_at timestamptz, request_key text, path text
    ) returns uuid language plpgsql as $$
    declare
      key_hash bytea := sha256(convert_to(request_key, 'UTF8'));
      print bytea;
      delivery uuid;
    begin
      perform postmand.check_delivery(webhook, body, key, begin_at, end_at, request_key, path);
      if request_key is not null then
        print := postmand.fingerprint(webhook, body, key, begin_at, end_at);
        delivery := postmand.replayed(key_hash, print, path);
        if delivery is not null then
          return delivery;
        end if;
      end if;
      insert into %1$I.deliveries (id, webhook_id, payload, scheduled_at, delivery_attempts, status, held_reason,
        parked_at, outbox_place, ordering_key, send_at, expires_at, created_at, updated_at)
      select gen_random_uuid(), w.id, coalesce(body, ''), greatest(now(), begin_at), 0, 'pending', 'outbox',
        now(), nextval(%2$L::regclass), key, begin_at, end_at, now(), now()
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
  members constant text[] := '{webhook_id,payload,ordering_key,send_at,expires_at,idempotency_key}';
  wrong record;
begin
  if jsonb_typeof(given) <> 'object' then
    raise exception using errcode = 'PM004',
      message = concat(path, ': must be an object, but is ', jsonb_typeof(given));
  end if;
  path := concat(path, '.');
  select member.key as name, member.key = any (members) as is_known, jsonb_typeof(member.value) as kind into wrong
  from jsonb_each(given) as member
  where member.key <> all (members) or jsonb_typeof(member.value) not in ('string', 'null')
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
    path
  );
end
$$;

create function postmand.enqueue(
  webhook_id uuid, payload text, ordering_key text = null, send_at timestamptz = null,
  expires_at timestamptz = null, idempotency_key text = null
) returns uuid language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  delivery uuid := postmand.insert_delivery(
    webhook_id, payload, ordering_key, send_at, expires_at, idempotency_key, '');
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
    where pronamespace = 'postmand'::regnamespace and proname in ('enqueue', 'insert_delivery', 'fingerprint')
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

drop trigger add_tags on deliveries;
drop trigger remove_tags on deliveries;
drop function add_delivery_tags;
drop function remove_delivery_tags;
drop function delivery_tag;
drop table delivery_tags;

alter table webhooks
  drop column metadata;
