-- The version before does not know of them. What happened is still in deliveries and delivery_attempts.
drop table statistics_minutes;
drop table statistics_hours;
drop table statistics_writers;
