-- The version before gives a job to no delivery that waits to be taken in.
update deliveries
set held_reason = 'imported'
where outbox_place is not null;

drop table idempotency_keys;
drop table upkeep_turn;

alter table deliveries
  drop column send_at,
  drop column outbox_place;
drop sequence outbox_places;
