-- A list of all deliveries is merged from those of each status, and so has an index in its order without one of its
-- own. Each index takes two entries of a delivery: when it is accepted, and when its status changes.
drop index deliveries_by_time, deliveries_by_webhook;
-- Room on each page for the second version of its rows. Where both are on one page, PostgreSQL logs the columns
-- that have changed, and not the payload again.
alter table deliveries set (fillfactor = 50);

drop index delivery_attempts_by_time;
