-- The version before gives a job to no delivery that waits to be taken in. Those of a key keep their order.
update deliveries
set held_reason = 'imported', sequence = waiting.sequence
from (
  select id, case when ordering_key is not null then nextval('delivery_sequence') end as sequence
  from (
    select id, ordering_key from deliveries
    where outbox_place is not null and held_reason = 'outbox'
    order by outbox_place
  ) as one
) as waiting
where deliveries.id = waiting.id;

drop table idempotency_keys;
drop table upkeep_turn;

alter table deliveries
  drop column send_at,
  drop column outbox_place;
drop sequence outbox_places;
