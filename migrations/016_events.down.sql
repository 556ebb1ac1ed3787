-- The version before would send deliveries of events with an empty body.
do $$
begin
  if exists (select from deliveries where event_id is not null and status = 'pending') then
    raise exception 'refused: deliveries of events are pending; wait until they have ended, or delete them';
  end if;
  if exists (select from events where outbox_place is not null or recipients is not null) then
    raise exception 'refused: events are yet to be fanned out; wait until a worker has done that';
  end if;
end
$$;

-- The version before knows no operation of this kind. What they did is done.
delete from operations where kind = 'fan_out';

-- What has ended keeps its payload.
update deliveries set payload = e.payload
from events e
where e.id = deliveries.event_id and deliveries.payload_removed_at is null;

drop trigger number_subscription on webhooks;
drop trigger number_new_subscription on webhooks;
drop function number_subscription;
-- Those that created events.
delete from idempotency_keys where delivery_ids = '{}';
alter table idempotency_keys
  drop column event_ids;
alter table webhooks
  drop column event_types,
  drop column filter,
  drop column format,
  drop column subscription_version;
drop sequence subscription_versions;
drop index deliveries_outbox;
create index deliveries_outbox on deliveries (outbox_place) where outbox_place is not null;
alter table deliveries
  drop column event_id;
drop table events;
drop table event_tags;
drop function add_event_tags;
drop function remove_event_tags;
drop table event_types;
