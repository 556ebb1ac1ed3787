do $$
begin
  if exists (select from webhooks where deleted_at is not null) then
    raise exception 'refused: a webhook is still being deleted and would appear again; let a worker finish that first';
  end if;
end
$$;

alter table webhooks
  drop column deleted_at;

alter table deliveries
  drop column held_reason,
  drop column parked_at;
