-- A pending delivery that may not run now has no job. held_reason says why, parked_at since when.
-- A webhook that is being deleted is hidden by deleted_at until its deliveries are gone.
alter table deliveries
  add column held_reason text,
  add column parked_at timestamptz;

alter table webhooks
  add column deleted_at timestamptz;

-- What was pending in a database taken over has no job yet: the worker gives it one, in steps, oldest first.
update deliveries
set held_reason = 'imported', parked_at = now()
where status = 'pending';
