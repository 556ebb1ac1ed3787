-- The version before tells nobody. What had not been told yet is still in deliveries.
drop table alarm_failures;
drop table alarm_certificates;
drop table alarm_queues;
