-- Where the work of a caller stands in a trace, by W3C Trace Context: traceparent, and behind a space tracestate where
-- there is one. Null: nothing is known of a trace. A process of an earlier version names none of this, so it goes on
-- beside this version.
alter table deliveries
  add column trace_context text;
alter table events
  add column trace_context text;
alter table webhooks
  add column propagate_trace boolean not null default false;

-- What is stored of traceparent and tracestate. Refuses a traceparent that is none. What is wrong with a tracestate
-- says nothing of the trace: it is left out, as W3C Trace Context has it, and so is one that nobody has to pass on for
-- its length. As the API reads both in headers, but for that refusal.
create function postmand.trace_context_of(traceparent text, tracestate text, path text)
returns text language plpgsql immutable as $$
declare
  parts text[] := regexp_match(traceparent collate "C",
    '^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-[ -~]*)?$');
  kept text;
  members text[];
begin
  if traceparent is null then
    return null;
  end if;
  -- A later version may have more behind the flags.
  if parts is null or parts[1] = 'ff' or (parts[1] = '00' and parts[5] is not null)
    or parts[2] = repeat('0', 32) or parts[3] = repeat('0', 16) then
    raise exception using errcode = 'PM004', message = concat(path, 'traceparent: must be one of W3C Trace Context, ',
      'such as 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01; null means none');
  end if;
  -- Of the flags, those that are known: sampled, and that the id of the trace is random.
  kept := concat('00-', parts[2], '-', parts[3], '-0', ('x' || parts[4])::bit(8)::integer & 3);
  members := array(
    select btrim(one.member, concat(' ', chr(9)))
    from unnest(string_to_array(tracestate, ',')) with ordinality as one (member, place)
    where btrim(one.member, concat(' ', chr(9))) <> ''
    order by one.place
  );
  if cardinality(members) not between 1 and 32 or length(array_to_string(members, ',')) > 512
    or exists (
      select from unnest(members) as member
      where not member collate "C" ~ '^[a-z0-9][-a-z0-9_*/@]{0,255}=[ -~]{0,255}[!-~]$'
        or member collate "C" ~ '=.*='
    ) then
    return kept;
  end if;
  return concat(kept, ' ', array_to_string(members, ','));
end
$$;

drop function postmand.insert_delivery;
drop function postmand.insert_event;
do $migration$
declare
  home text := (
    select nspname from pg_catalog.pg_class join pg_catalog.pg_namespace n on n.oid = relnamespace
    where pg_class.oid = to_regclass('webhooks')
  );
begin
  -- Stores a delivery for those who take in what applications have committed. It does not ask whether another delivery
  -- goes first: that would need a lock for which other callers had to wait. trace: as trace_context_of gives it.
  execute format($create$
    create function postmand.insert_delivery(
      webhook uuid, body text, key text, begin_at timestamptz, end_at timestamptz, request_key text, given jsonb,
      path text, trace text = null
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
        parked_at, outbox_place, ordering_key, send_at, expires_at, metadata, trace_context,
        created_at, updated_at)
      select gen_random_uuid(), w.id, coalesce(body, ''), greatest(now(), begin_at), 0, 'pending', 'outbox',
        now(), nextval(%2$L::regclass), key, begin_at, end_at, given, trace, now(), now()
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

  -- Stores an event for those who take in what applications have committed. It does not ask who gets it: that would
  -- need a lock for which other callers had to wait, and the schema of its type is checked by a worker.
  execute format($create$
    create function postmand.insert_event(
      type text, body text, key text, begin_at timestamptz, end_at timestamptz, request_key text, given jsonb, path text,
      trace text = null
    ) returns uuid language plpgsql as $$
    declare
      key_hash bytea := sha256(convert_to(request_key, 'UTF8'));
      print bytea;
      event uuid;
    begin
      if given is not null then
        given := postmand.metadata_of(given, path);
      end if;
      if type is null or length(type) > 128 or not type collate "C" ~ '^[a-z0-9_]+([.][a-z0-9_]+)*$' then
        raise exception using errcode = 'PM004', message = concat(path, 'type: must be words of a-z, 0-9 and _ with dots ',
          'between them, such as order.paid, and have at most 128 characters');
      end if;
      -- An event is checked as a delivery of any webhook.
      perform postmand.check_delivery(
        '00000000-0000-0000-0000-000000000000', body, key, begin_at, end_at, request_key, path);
      if request_key is not null then
        print := postmand.event_fingerprint(type, body, key, begin_at, end_at, given);
        event := postmand.replayed_event(key_hash, print, path);
        if event is not null then
          return event;
        end if;
      end if;
      perform postmand.check_event_type(type, path);
      insert into %1$I.events (id, type, payload, metadata, ordering_key, send_at, expires_at, outbox_place, trace_context,
        created_at)
      values (gen_random_uuid(), insert_event.type, coalesce(body, ''), given, key, begin_at, end_at,
        nextval(%2$L::regclass), trace, now())
      returning id into event;
      if request_key is not null then
        insert into %1$I.idempotency_keys as k (key, fingerprint, delivery_ids, event_ids, expires_at)
        values (key_hash, print, '{}', array[event], now() + interval '1 second' * postmand.number_setting(
          'postmand.idempotency_window', 86400, 3600, 2592000))
        on conflict on constraint idempotency_keys_pkey do update
        set fingerprint = excluded.fingerprint, delivery_ids = excluded.delivery_ids, event_ids = excluded.event_ids,
          expires_at = excluded.expires_at;
      end if;
      return event;
    end
    $$
  $create$, home, format('%I.outbox_places', home));
end
$migration$;

-- A delivery as an object of JSON.
create or replace function postmand.insert_object(given jsonb, path text)
returns uuid language plpgsql as $$
declare
  members constant text[] := '{webhook_id,payload,ordering_key,send_at,expires_at,idempotency_key,metadata,traceparent,tracestate}';
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
    path,
    postmand.trace_context_of(given ->> 'traceparent', given ->> 'tracestate', path)
  );
end
$$;

-- An event as an object of JSON.
create or replace function postmand.insert_event_object(given jsonb, path text)
returns uuid language plpgsql as $$
declare
  members constant text[] := '{type,payload,ordering_key,send_at,expires_at,idempotency_key,metadata,traceparent,tracestate}';
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
      else concat(path, left(wrong.name, 100), ': is no member of an event; there are ',
        array_to_string(members, ', '))
    end;
  end if;
  return postmand.insert_event(
    given ->> 'type',
    given ->> 'payload',
    given ->> 'ordering_key',
    case when given ->> 'send_at' is not null
      then postmand.time_of(given ->> 'send_at', concat(path, 'send_at'), true) end,
    case when given ->> 'expires_at' is not null
      then postmand.time_of(given ->> 'expires_at', concat(path, 'expires_at'), false) end,
    given ->> 'idempotency_key',
    given -> 'metadata',
    path,
    postmand.trace_context_of(given ->> 'traceparent', given ->> 'tracestate', path)
  );
end
$$;

-- Whoever was granted a function itself keeps that right, which would end with the function.
select set_config('postmand.granted_' || proname, coalesce(proacl::text, '{}'), true)
from pg_proc where oid in ('postmand.enqueue'::regproc, 'postmand.emit'::regproc);
drop function postmand.enqueue;
create function postmand.enqueue(
  webhook_id uuid, payload text, ordering_key text = null, send_at timestamptz = null,
  expires_at timestamptz = null, idempotency_key text = null, metadata jsonb = null, traceparent text = null,
  tracestate text = null
) returns uuid language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  delivery uuid := postmand.insert_delivery(
    webhook_id, payload, ordering_key, send_at, expires_at, idempotency_key, metadata, '',
    postmand.trace_context_of(traceparent, tracestate, ''));
begin
  perform postmand.notify_workers();
  return delivery;
end
$$;
comment on function postmand.enqueue is
  'Enqueues a delivery in this transaction, and returns its id. It is accepted when the transaction has committed.';

drop function postmand.emit;
create function postmand.emit(
  type text, payload text, ordering_key text = null, send_at timestamptz = null,
  expires_at timestamptz = null, idempotency_key text = null, metadata jsonb = null, traceparent text = null,
  tracestate text = null
) returns uuid language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  event uuid := postmand.insert_event(
    type, payload, ordering_key, send_at, expires_at, idempotency_key, metadata, '',
    postmand.trace_context_of(traceparent, tracestate, ''));
begin
  perform postmand.notify_workers();
  return event;
end
$$;
comment on function postmand.emit is
  'Emits an event in this transaction, and returns its id. Who subscribed to it gets it when the transaction has committed.';

do $$
declare
  made regprocedure;
  one record;
begin
  for made in
    select oid from pg_proc
    where pronamespace = 'postmand'::regnamespace
      and proname in ('enqueue', 'emit', 'insert_delivery', 'insert_event', 'trace_context_of')
  loop
    execute format('revoke all on function %s from public', made);
  end loop;
  for one in
    select made.proname, acl.grantee::regrole as role, acl.is_grantable
    from pg_proc made
    cross join aclexplode(current_setting('postmand.granted_' || made.proname)::aclitem[]) as acl
    where made.oid in ('postmand.enqueue'::regproc, 'postmand.emit'::regproc)
      and acl.grantee not in (0, made.proowner)
  loop
    execute format('grant execute on function postmand.%I to %s %s', one.proname, one.role,
      case when one.is_grantable then 'with grant option' end);
  end loop;
end
$$;
