package postmand

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
)

const enqueueSQL = `select postmand.enqueue(webhook_id => $1::text::uuid, payload => $2::text, ordering_key => $3::text,
	send_at => $4::text::timestamptz, expires_at => $5::text::timestamptz, idempotency_key => $6::text)::text`

// Apart, as a database of version 2.1 knows no such arguments.
const enqueueWithMoreSQL = `select postmand.enqueue(webhook_id => $1::text::uuid, payload => $2::text,
	ordering_key => $3::text, send_at => $4::text::timestamptz, expires_at => $5::text::timestamptz,
	idempotency_key => $6::text, metadata => $7::text::jsonb, traceparent => $8::text)::text`

const enqueueManySQL = `select coalesce(string_agg(made.id::text, ',' order by made.place), '')
	from postmand.enqueue_many($1::text::jsonb) with ordinality as made (id, place)`

// Row is what a query for one row gives.
type Row interface{ Scan(values ...any) error }

// Transaction is what Enqueue needs of a transaction: pgx.Tx has it, and so have pgx.Conn and pgxpool.Tx.
type Transaction[R Row] interface {
	QueryRow(ctx context.Context, sql string, arguments ...any) R
}

// Enqueue puts a delivery into a transaction of pgx, which must be in the database of Postmand, and returns its id. It is accepted when the
// transaction commits, and never was when it is rolled back; no transaction is begun or ended here. Its Traceparent is where your work
// stands in a trace (W3C Trace Context). IsProblem tells what was refused; the
// transaction can then only be rolled back.
func Enqueue[R Row](ctx context.Context, tx Transaction[R], delivery DeliveryInput) (id string, err error) {
	query, values, err := enqueued(ctx, delivery)
	if err == nil {
		err = tx.QueryRow(ctx, query, values...).Scan(&id)
	}
	return id, err
}

// EnqueueSQL is Enqueue for a transaction of database/sql.
func EnqueueSQL(ctx context.Context, tx *sql.Tx, delivery DeliveryInput) (id string, err error) {
	query, values, err := enqueued(ctx, delivery)
	if err == nil {
		err = tx.QueryRowContext(ctx, query, values...).Scan(&id)
	}
	return id, err
}

// EnqueueMany is Enqueue for up to 1,000 deliveries with one call, all or none of them. It returns their ids, in the order of deliveries.
func EnqueueMany[R Row](ctx context.Context, tx Transaction[R], deliveries []DeliveryInput) ([]string, error) {
	members, err := enqueuedMany(deliveries)
	if err != nil {
		return nil, err
	}
	return idsIn(tx.QueryRow(ctx, enqueueManySQL, members))
}

// EnqueueManySQL is EnqueueMany for a transaction of database/sql.
func EnqueueManySQL(ctx context.Context, tx *sql.Tx, deliveries []DeliveryInput) ([]string, error) {
	members, err := enqueuedMany(deliveries)
	if err != nil {
		return nil, err
	}
	return idsIn(tx.QueryRowContext(ctx, enqueueManySQL, members))
}

func enqueued(ctx context.Context, delivery DeliveryInput) (query string, values []any, err error) {
	payload := ""
	if delivery.Payload != nil {
		payload = *delivery.Payload
	}
	var key *string
	if own, ok := keyOf(ctx); ok {
		key = &own
	}
	values = []any{delivery.WebhookId, payload, delivery.OrderingKey, delivery.SendAt, delivery.ExpiresAt, key}
	if delivery.Metadata == nil && delivery.Traceparent == nil {
		return enqueueSQL, values, nil
	}
	metadata, err := metadataText(delivery.Metadata)
	return enqueueWithMoreSQL, append(values, metadata, delivery.Traceparent), err
}

func metadataText(metadata *map[string]string) (*string, error) {
	if metadata == nil {
		return nil, nil
	}
	text, err := json.Marshal(metadata)
	return Ptr(string(text)), err
}

// What else a DeliveryInput may hold is no member of a new delivery, and would be refused.
func enqueuedMany(deliveries []DeliveryInput) (string, error) {
	members := []DeliveryInput{}
	for _, delivery := range deliveries {
		members = append(members, DeliveryInput{
			WebhookId: delivery.WebhookId, Payload: delivery.Payload, OrderingKey: delivery.OrderingKey,
			SendAt: delivery.SendAt, ExpiresAt: delivery.ExpiresAt, Metadata: delivery.Metadata,
			Traceparent: delivery.Traceparent,
		})
	}
	text, err := json.Marshal(members)
	return string(text), err
}

func idsIn(row Row) ([]string, error) {
	var ids string
	if err := row.Scan(&ids); err != nil || ids == "" {
		return nil, err
	}
	return strings.Split(ids, ","), nil
}
