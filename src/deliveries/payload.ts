/**
 * The payload of a row of deliveries, in SQL. One of an event has it there: the deliveries of an
 * event share one payload. What was removed or erased of a delivery is gone, whoever else has it.
 */
export const payloadSql = (delivery: string) => `case
  when ${delivery}.event_id is null then ${delivery}.payload
  when ${delivery}.payload_removed_at is not null then ''
  else (select e.payload from events e where e.id = ${delivery}.event_id) end`;
