-- isolated_by marks a delivery while it is sent in a process of its own, because workers may die on it. A mark that nobody takes back
-- belongs to a worker that vanished while it was sending.
alter table deliveries
  add column isolated_by uuid;
