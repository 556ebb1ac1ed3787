/**
 * The payload of a row of deliveries, in SQL. One of an event has it there: the deliveries of an
 * event share one payload. What was removed or erased of a delivery is gone, whoever else has it.
 * `read` is what is made of the text, so that a long one is left where it is: its length, or the
 * text where that is short. Null: its event is gone. A delivery that was posted for its webhook
 * alone costs none of it.
 */
export const payloadSql = (delivery: string, read = (payload: string) => payload) => `case
  when ${delivery}.event_id is null then ${read(`${delivery}.payload`)}
  when ${delivery}.payload_removed_at is not null then ${read("''")}
  else (select ${read('e.payload')} from events e where e.id = ${delivery}.event_id) end`;
