-- What needs somebody's attention is asked every few seconds. Each index has an entry only for what went wrong: who has
-- no trouble writes none.
create index webhooks_deactivated on webhooks (deactivated_at) where deactivated_at is not null;
create index operations_failed on operations (finished_at) where state = 'failed';
create index events_faulty on events (created_at, id) where fault is not null;
