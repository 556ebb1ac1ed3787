-- Whatever an application has made of the functions, such as a view, is named by PostgreSQL's refusal. What was emitted
-- stays, and a worker of this version or of the one before it does not need the functions.
drop function postmand.emit;
drop function postmand.emit_many;
drop function postmand.insert_event_object;
drop function postmand.insert_event;
drop function postmand.check_event_type;
drop function postmand.replayed_event;
drop function postmand.event_fingerprint;
drop function postmand.is_on;
