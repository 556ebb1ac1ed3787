const ENQUEUE = `select postmand.enqueue(webhook_id => $1::uuid, payload => $2::text,
  ordering_key => $3::text, send_at => $4::timestamptz, expires_at => $5::timestamptz,
  idempotency_key => $6::text) as id`;
/** Apart, as a database of version 2.1 knows no such arguments. */
const ENQUEUE_WITH_MORE = `select postmand.enqueue(webhook_id => $1::uuid, payload => $2::text,
  ordering_key => $3::text, send_at => $4::timestamptz, expires_at => $5::timestamptz,
  idempotency_key => $6::text, metadata => $7::jsonb, traceparent => $8::text) as id`;
const ENQUEUE_MANY = 'select postmand.enqueue_many($1::jsonb) as id';
/**
 * Puts a delivery into the transaction that is open on `client`, which must be in the database of
 * Postmand. It is accepted when that transaction commits, and never was when it is rolled back; no
 * transaction is begun or ended here. `traceparent` is where your work stands in a trace (W3C Trace
 * Context).
 *
 * @returns the id of the delivery.
 * @throws what the driver throws; `problemOf` tells what was refused. The transaction can then only
 * be rolled back.
 */
export async function enqueue(client, delivery, { idempotencyKey } = {}) {
    const { webhook_id, payload, ordering_key, send_at, expires_at, metadata } = delivery;
    const { traceparent } = delivery;
    const values = [webhook_id, payload ?? '', ordering_key, send_at, expires_at, idempotencyKey];
    const isPlain = (metadata ?? traceparent ?? null) === null;
    if (!isPlain)
        values.push(metadata ? JSON.stringify(metadata) : null, traceparent);
    const { rows } = await client.query(isPlain ? ENQUEUE : ENQUEUE_WITH_MORE, values.map((value) => value ?? null));
    return idOf(rows[0]);
}
/**
 * The same for up to 1,000 deliveries with one call, all or none of them.
 *
 * @returns their ids, in the order of `deliveries`.
 */
export async function enqueueMany(client, deliveries) {
    // What else a caller's objects have is no member of a delivery, and would be refused.
    const members = deliveries.map(({ webhook_id, payload, ordering_key, send_at, expires_at, metadata, traceparent }) => ({
        ...{ webhook_id, payload, ordering_key, send_at, expires_at },
        ...(metadata === undefined || metadata === null ? {} : { metadata }),
        ...(traceparent === undefined || traceparent === null ? {} : { traceparent }),
    }));
    const { rows } = await client.query(ENQUEUE_MANY, [JSON.stringify(members)]);
    return rows.map(idOf);
}
const idOf = (row) => row.id;
