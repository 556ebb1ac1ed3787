-- The version before takes no steps: an operation that is under way would never end.
do $$
begin
  if exists (select from operations where finished_at is null) then
    raise exception 'refused: an operation is under way; wait until it has ended, or cancel it';
  end if;
end
$$;
drop table operations;

-- The version before has no reason of this name, and releases what is held as imported.
update deliveries set held_reason = 'imported' where held_reason = 'redelivery';

alter table deliveries
  drop column metadata,
  drop column redeliveries,
  drop column redelivered_at,
  drop column redelivery_id,
  drop column payload_removed_at;
