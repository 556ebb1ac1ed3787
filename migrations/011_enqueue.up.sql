-- Functions with which an application that shares the database enqueues deliveries in its own transactions. They run
-- with the rights of the owner of our tables, so nothing in them may mean something else for another caller: each of
-- our tables is named with its schema, all the rest is in pg_catalog, and nothing else is ever searched. No literal has
-- a backslash, as a caller may read them with standard_conforming_strings off.
do $$
begin
  -- The schema of a role named postmand may be where our tables are.
  if to_regclass('webhooks') = to_regclass('postmand.webhooks') then
    return;
  end if;
  if to_regnamespace('postmand') is not null then
    raise exception 'refused: there is a schema "postmand" already, and functions that applications call need that name; '
      'rename it (alter schema postmand rename to …), or drop it where nobody needs it, and run this again';
  end if;
  create schema postmand;
  comment on schema postmand is 'Functions of Postmand that applications call';
  -- A role named postmand looks here first, and so does a migrate of version 2.1 that comes late: it would make a table
  -- of its own, and begin from the first migration.
  execute format('create view postmand.postmand_migrations as select name, applied_at from %s',
    (select oid::regclass from pg_class where relname = 'postmand_migrations' and relkind in ('r', 'p')
      and relnamespace = (select relnamespace from pg_class where oid = to_regclass('webhooks'))));
end
$$;

-- Roles belong to all databases of a server: another one may have made it before, or may be about to.
do $$
begin
  if not exists (select from pg_roles where rolname = 'postmand_enqueue') then
    create role postmand_enqueue nologin;
  end if;
exception
  when duplicate_object or unique_violation or insufficient_privilege then null;
end
$$;

-- A setting that an operator may give a database or a role: a whole number within its bounds.
create function postmand.number_setting(name text, fallback bigint, lowest bigint, highest bigint)
returns bigint language plpgsql stable as $$
declare
  given text := current_setting(name, true);
begin
  if given is null or given = '' then
    return fallback;
  end if;
  if given collate "C" ~ '^[0-9]{1,10}$' then
    if given::bigint between lowest and highest then
      return given::bigint;
    end if;
  end if;
  raise exception using errcode = 'PM004',
    message = concat(name, ': must be a whole number from ', lowest, ' to ', highest, ', but is "', left(given, 100), '"');
end
$$;

-- Whether those who take deliveries in are told at the commit.
create function postmand.notify_workers()
returns void language plpgsql as $$
declare
  given text := lower(current_setting('postmand.notify', true));
begin
  if given is null or given in ('', 'off', 'false', 'no', '0') then
    return;
  end if;
  if given not in ('on', 'true', 'yes', '1') then
    raise exception using errcode = 'PM004',
      message = concat('postmand.notify: must be on or off, but is "', left(given, 100), '"');
  end if;
  perform pg_notify('postmand_deliveries', 'outbox');
end
$$;

-- A database in SQL_ASCII stores any bytes; receivers and clients of the API get UTF-8.
create function postmand.check_text(value text, argument text)
returns void language plpgsql stable as $$
begin
  perform length(convert_to(value, 'UTF8'), 'UTF8');
exception
  when character_not_in_repertoire or untranslatable_character then
    raise exception using errcode = 'PM004', message = concat(argument, ': must be text in UTF-8');
end
$$;

-- Refuses what the API refuses. path: what stands before the name of an argument.
create function postmand.check_delivery(
  webhook uuid, body text, key text, begin_at timestamptz, end_at timestamptz, request_key text, path text
) returns void language plpgsql stable as $$
declare
  max_payload bigint;
  wrong text;
begin
  if getdatabaseencoding() <> 'UTF8' then
    perform postmand.check_text(body, concat(path, 'payload'));
    perform postmand.check_text(key, concat(path, 'ordering_key'));
  end if;
  wrong := case
    when webhook is null then 'webhook_id: must be the id of a webhook, but is null'
    when key in ('.', '..') then 'ordering_key: must not be "." or ".."'
    when length(convert_to(key, 'UTF8'), 'UTF8') not between 1 and 255
      then 'ordering_key: must have 1 to 255 characters; null means none'
    when begin_at > now() + interval '8784 hours' then 'send_at: must be at most 366 days ahead'
    when begin_at < timestamptz '0001-01-01 00:00:00+00' then 'send_at: must be in the years 1 to 9999 of UTC'
    when end_at < timestamptz '0001-01-01 00:00:00+00' or end_at >= timestamptz '10000-01-01 00:00:00+00'
      then 'expires_at: must be in the years 1 to 9999 of UTC'
    when end_at <= begin_at then 'expires_at: must be after send_at'
    when not request_key collate "C" ~ '^[ -~]{1,255}$'
      then 'idempotency_key: must have 1 to 255 characters, from space to ~ of ASCII; null means none'
  end;
  if wrong is not null then
    raise exception using errcode = 'PM004', message = concat(path, wrong);
  end if;
  max_payload := postmand.number_setting('postmand.max_payload', 1048576, 1, 67108864);
  if octet_length(body) > max_payload then
    raise exception using errcode = 'PM011',
      message = concat(path, 'payload: must have at most ', max_payload, ' bytes, but has ', octet_length(body)),
      hint = 'The setting postmand.max_payload says how many bytes it may have.';
  end if;
end
$$;

-- A part of a fingerprint: its length goes first, so that no two lists of parts make the same text.
create function postmand.fingerprint_part(value text)
returns text language sql immutable as $$
  select coalesce(octet_length(convert_to(value, 'UTF8'))::text || ':' || value, '-')
$$;

create function postmand.fingerprint_time(value timestamptz)
returns text language sql stable as $$
  select to_char(value at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;

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

-- A time of RFC 3339 in JSON, as the API reads it: PostgreSQL itself takes other forms as well, and not all offsets.
-- What is finer than a microsecond is rounded up where later says so, else down.
create function postmand.time_of(value text, argument text, later boolean)
returns timestamptz language plpgsql stable as $$
declare
  parts text[] := regexp_match(value collate "C",
    '^([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9]|60)'
    '(?:[.]([0-9]+))?(?:[Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))$');
  -- The year before 1 is 0 in RFC 3339, and -1 here.
  year integer := coalesce(nullif(parts[1]::integer, 0), -1);
  fraction text := coalesce(parts[7], '');
  sign integer := case when parts[8] = '-' then -1 else 1 end;
  moment timestamp;
begin
  begin
    moment := make_date(year, parts[2]::integer, parts[3]::integer)::timestamp
      + make_interval(hours => parts[4]::integer, mins => parts[5]::integer, secs => parts[6]::integer)
      - sign * make_interval(hours => coalesce(parts[9], '0')::integer, mins => coalesce(parts[10], '0')::integer);
  exception
    when datetime_field_overflow then
      moment := null;
  end;
  -- A leap second is the last one of a day in UTC.
  if moment is null or (parts[6] = '60' and moment::time <> time '00:00:00') then
    raise exception using errcode = 'PM004',
      message = concat(argument, ': must be a time of RFC 3339 in the years 1 to 9999, such as "2026-11-24T08:00:00Z"');
  end if;
  moment := moment + interval '1 microsecond' * left(rpad(fraction, 6, '0'), 6)::integer;
  if later and substr(fraction, 7) collate "C" ~ '[1-9]' then
    moment := moment + interval '1 microsecond';
  end if;
  return moment at time zone 'UTC';
end
$$;

do $migration$
declare
  home text := (
    select nspname from pg_catalog.pg_class join pg_catalog.pg_namespace n on n.oid = relnamespace
    where pg_class.oid = to_regclass('webhooks')
  );
begin
  -- The delivery that a key of a request has made; null: it has made none, and is ours until the transaction ends.
  -- A key that another transaction holds is not waited for: that one may stay open for an hour.
  execute format($create$
    create function postmand.replayed(key_hash bytea, print bytea, path text)
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
      select k.fingerprint, k.delivery_ids[1] as id, d.id is not null as is_there
      into known
      from %1$I.idempotency_keys k
      left join (%1$I.deliveries d join %1$I.webhooks w on w.id = d.webhook_id and w.deleted_at is null)
        on d.id = k.delivery_ids[1]
      where k.key = key_hash and k.expires_at > now();
      if not found then
        return null;
      end if;
      if known.fingerprint <> print then
        raise exception using errcode = 'PM024',
          message = concat(path, 'idempotency_key: was used for something else'),
          hint = 'The same key stands for the same arguments. Choose a new key for another delivery.';
      end if;
      if not known.is_there then
        raise exception using errcode = 'PM025',
          message = concat(path, 'idempotency_key: its delivery ', known.id, ' is gone'),
          hint = 'Choose a new key to enqueue it again.';
      end if;
      return known.id;
    end
    $$
  $create$, home);

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
create function postmand.insert_object(given jsonb, path text)
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

create function postmand.enqueue_many(deliveries jsonb)
returns setof uuid language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  kind text := jsonb_typeof(deliveries);
  one record;
begin
  if kind is distinct from 'array' then
    raise exception using errcode = 'PM004',
      message = concat('deliveries: must be an array of objects, but is ', coalesce(kind, 'null'));
  end if;
  if jsonb_array_length(deliveries) > 1000 then
    raise exception using errcode = 'PM004',
      message = concat('deliveries: must be at most 1000, but are ', jsonb_array_length(deliveries));
  end if;
  for one in
    select item.value, item.place from jsonb_array_elements(deliveries) with ordinality as item (value, place)
    order by item.place
  loop
    return next postmand.insert_object(one.value, concat('deliveries[', one.place - 1, ']'));
  end loop;
  perform postmand.notify_workers();
end
$$;
comment on function postmand.enqueue_many is
  'Enqueues up to 1,000 deliveries in this transaction, and returns their ids in the order of the array.';

do $$
declare
  made regprocedure;
begin
  for made in
    select oid from pg_proc
    where pronamespace = 'postmand'::regnamespace and proname in ('enqueue', 'enqueue_many', 'insert_object',
      'insert_delivery', 'replayed', 'time_of', 'fingerprint', 'fingerprint_time', 'fingerprint_part', 'check_delivery',
      'check_text', 'notify_workers', 'number_setting')
  loop
    execute format('revoke all on function %s from public', made);
  end loop;
  if exists (select from pg_roles where rolname = 'postmand_enqueue') then
    grant usage on schema postmand to postmand_enqueue;
    grant execute on function postmand.enqueue, postmand.enqueue_many to postmand_enqueue;
  end if;
end
$$;
