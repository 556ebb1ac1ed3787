-- Functions with which an application emits events in its own transactions, beside those that enqueue deliveries, and
-- by the same rules: each of our tables is named with its schema, nothing else is ever searched, and no literal has a
-- backslash. They store the event alone. A worker chooses who gets it when the transaction has committed.

-- Whether a setting that an operator may give a database or a role is on; it is off where nobody has set it.
create function postmand.is_on(name text)
returns boolean language plpgsql stable as $$
declare
  given text := lower(current_setting(name, true));
begin
  if given is null or given in ('', 'off', 'false', 'no', '0') then
    return false;
  end if;
  if given in ('on', 'true', 'yes', '1') then
    return true;
  end if;
  raise exception using errcode = 'PM004',
    message = concat(name, ': must be on or off, but is "', left(given, 100), '"');
end
$$;

-- What a key of a request stands for, as the API computes it of a request that creates one event.
create function postmand.event_fingerprint(
  type text, payload text, ordering_key text, send_at timestamptz, expires_at timestamptz, metadata jsonb
) returns bytea language sql stable as $$
  select sha256(convert_to(concat(
    postmand.fingerprint_part('createEvent'),
    postmand.fingerprint_part(type),
    postmand.fingerprint_part(coalesce(payload, '')),
    postmand.fingerprint_part(ordering_key),
    postmand.fingerprint_part(postmand.fingerprint_time(send_at)),
    postmand.fingerprint_part(postmand.fingerprint_time(expires_at)),
    case when metadata is not null then postmand.fingerprint_part('{' || postmand.fingerprint_pairs(metadata)) end
  ), 'UTF8'))
$$;

do $migration$
declare
  home text := (
    select nspname from pg_catalog.pg_class join pg_catalog.pg_namespace n on n.oid = relnamespace
    where pg_class.oid = to_regclass('webhooks')
  );
begin
  -- The event that a key of a request has made; null: it has made none, and is ours until the transaction ends. A key
  -- that another transaction holds is not waited for: that one may stay open for an hour.
  execute format($create$
    create function postmand.replayed_event(key_hash bytea, print bytea, path text)
    returns uuid language plpgsql as $$
    declare
      lock_id bigint := ('x' || encode(substr(key_hash, 1, 8), 'hex'))::bit(64)::bigint;
      known record;
    begin
      if not pg_try_advisory_xact_lock(lock_id) then
        raise exception using errcode = 'PM026',
          message = concat(path, 'idempotency_key: another transaction is using it at present'),
          hint = 'Try again when that transaction has ended.';
      end if;
      select k.fingerprint, k.event_ids[1] as id, e.id is not null as is_there
      into known
      from %1$I.idempotency_keys k
      left join %1$I.events e on e.id = k.event_ids[1]
      where k.key = key_hash and k.expires_at > now();
      if not found then
        return null;
      end if;
      if known.fingerprint <> print then
        raise exception using errcode = 'PM024',
          message = concat(path, 'idempotency_key: was used for something else'),
          hint = 'The same key stands for the same arguments. Choose a new key for another event.';
      end if;
      if not known.is_there then
        raise exception using errcode = 'PM025',
          message = concat(path, 'idempotency_key: its event ', known.id, ' is gone'),
          hint = 'Choose a new key to emit it again.';
      end if;
      return known.id;
    end
    $$
  $create$, home);

  -- Refuses what is no type, one that there is not, and one that is archived.
  execute format($create$
    create function postmand.check_event_type(given text, path text)
    returns void language plpgsql stable as $$
    declare
      known record;
    begin
      select t.archived_at is not null as is_archived into known from %1$I.event_types t where t.name = given;
      if not found and not postmand.is_on('postmand.open_event_types') then
        raise exception using errcode = 'PM033', message = concat(path, 'type: there is no event type "', given, '"'),
          hint = 'Create it by the API, or set postmand.open_event_types to on.';
      end if;
      if known.is_archived then
        raise exception using errcode = 'PM035', message = concat(path, 'type: "', given, '" is archived');
      end if;
    end
    $$
  $create$, home);

  -- Stores an event for those who take in what applications have committed. It does not ask who gets it: that would
  -- need a lock for which other callers had to wait, and the schema of its type is checked by a worker.
  execute format($create$
    create function postmand.insert_event(
      type text, body text, key text, begin_at timestamptz, end_at timestamptz, request_key text, given jsonb, path text
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
      insert into %1$I.events (id, type, payload, metadata, ordering_key, send_at, expires_at, outbox_place, created_at)
      values (gen_random_uuid(), insert_event.type, coalesce(body, ''), given, key, begin_at, end_at,
        nextval(%2$L::regclass), now())
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

-- An event as an object of JSON.
create function postmand.insert_event_object(given jsonb, path text)
returns uuid language plpgsql as $$
declare
  members constant text[] := '{type,payload,ordering_key,send_at,expires_at,idempotency_key,metadata}';
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
    path
  );
end
$$;

create function postmand.emit(
  type text, payload text, ordering_key text = null, send_at timestamptz = null,
  expires_at timestamptz = null, idempotency_key text = null, metadata jsonb = null
) returns uuid language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  event uuid := postmand.insert_event(type, payload, ordering_key, send_at, expires_at, idempotency_key, metadata, '');
begin
  perform postmand.notify_workers();
  return event;
end
$$;
comment on function postmand.emit is
  'Emits an event in this transaction, and returns its id. Who subscribed to it gets it when the transaction has committed.';

create function postmand.emit_many(events jsonb)
returns setof uuid language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  kind text := jsonb_typeof(events);
  one record;
begin
  if kind is distinct from 'array' then
    raise exception using errcode = 'PM004',
      message = concat('events: must be an array of objects, but is ', coalesce(kind, 'null'));
  end if;
  if jsonb_array_length(events) > 1000 then
    raise exception using errcode = 'PM004',
      message = concat('events: must be at most 1000, but are ', jsonb_array_length(events));
  end if;
  for one in
    select item.value, item.place from jsonb_array_elements(events) with ordinality as item (value, place)
    order by item.place
  loop
    return next postmand.insert_event_object(one.value, concat('events[', one.place - 1, ']'));
  end loop;
  perform postmand.notify_workers();
end
$$;
comment on function postmand.emit_many is
  'Emits up to 1,000 events in this transaction, and returns their ids in the order of the array.';

-- Whoever may enqueue may emit, also by a right of their own.
do $$
declare
  made regprocedure;
  one record;
begin
  for made in
    select oid from pg_proc
    where pronamespace = 'postmand'::regnamespace and proname in ('emit', 'emit_many', 'insert_event_object',
      'insert_event', 'check_event_type', 'replayed_event', 'event_fingerprint', 'is_on')
  loop
    execute format('revoke all on function %s from public', made);
  end loop;
  for one in
    select old.proname, acl.grantee::regrole as role, acl.is_grantable
    from pg_proc old cross join aclexplode(old.proacl) as acl
    where old.pronamespace = 'postmand'::regnamespace and old.proname in ('enqueue', 'enqueue_many')
      and acl.grantee not in (0, old.proowner)
  loop
    execute format('grant execute on function postmand.%I to %s %s',
      case one.proname when 'enqueue' then 'emit' else 'emit_many' end, one.role,
      case when one.is_grantable then 'with grant option' end);
  end loop;
end
$$;
