drop index webhooks_deactivated, operations_failed, events_faulty;
