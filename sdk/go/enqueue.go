package postmand

import (
	"context"
	"database/sql"
)

const enqueueSQL = `select postmand.enqueue(webhook_id => $1::text::uuid, payload => $2::text, ordering_key => $3::text,
	send_at => $4::text::timestamptz, expires_at => $5::text::timestamptz, idempotency_key => $6::text)::text`

// Row is what a query for one row gives.
type Row interface{ Scan(values ...any) error }

// Transaction is what Enqueue needs of a transaction: pgx.Tx has it, and so have pgx.Conn and pgxpool.Tx.
type Transaction[R Row] interface {
	QueryRow(ctx context.Context, sql string, arguments ...any) R
}

// Enqueue puts a delivery into a transaction of pgx, which must be in the database of Postmand, and returns its id. It is accepted when the
// transaction commits, and never was when it is rolled back; no transaction is begun or ended here. IsProblem tells what was refused; the
// transaction can then only be rolled back.
func Enqueue[R Row](ctx context.Context, tx Transaction[R], delivery DeliveryInput) (id string, err error) {
	err = tx.QueryRow(ctx, enqueueSQL, enqueued(ctx, delivery)...).Scan(&id)
	return id, err
}

// EnqueueSQL is Enqueue for a transaction of database/sql.
func EnqueueSQL(ctx context.Context, tx *sql.Tx, delivery DeliveryInput) (id string, err error) {
	err = tx.QueryRowContext(ctx, enqueueSQL, enqueued(ctx, delivery)...).Scan(&id)
	return id, err
}

func enqueued(ctx context.Context, delivery DeliveryInput) []any {
	payload := ""
	if delivery.Payload != nil {
		payload = *delivery.Payload
	}
	var key *string
	if own, ok := keyOf(ctx); ok {
		key = &own
	}
	return []any{delivery.WebhookId, payload, delivery.OrderingKey, delivery.SendAt, delivery.ExpiresAt, key}
}
