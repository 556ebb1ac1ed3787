package postmand

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"strings"
)

const emitSQL = `select postmand.emit(type => $1::text, payload => $2::text, ordering_key => $3::text,
	send_at => $4::text::timestamptz, expires_at => $5::text::timestamptz, idempotency_key => $6::text,
	metadata => $7::text::jsonb, traceparent => $8::text)::text`

const emitManySQL = `select coalesce(string_agg(made.id::text, ',' order by made.place), '')
	from postmand.emit_many($1::text::jsonb) with ordinality as made (id, place)`

// Emit puts an event into a transaction of pgx, which must be in the database of Postmand, and returns its id. When the transaction commits,
// the webhooks that subscribed to the event get it, and when it is rolled back, it never was; no transaction is begun or ended here. A
// Payload that is no string is sent as compact JSON. IsProblem tells what was refused; the transaction can then only be rolled back.
func Emit[R Row](ctx context.Context, tx Transaction[R], event EventInput) (id string, err error) {
	values, err := emitted(ctx, event)
	if err == nil {
		err = tx.QueryRow(ctx, emitSQL, values...).Scan(&id)
	}
	return id, err
}

// EmitSQL is Emit for a transaction of database/sql.
func EmitSQL(ctx context.Context, tx *sql.Tx, event EventInput) (id string, err error) {
	values, err := emitted(ctx, event)
	if err == nil {
		err = tx.QueryRowContext(ctx, emitSQL, values...).Scan(&id)
	}
	return id, err
}

// EmitMany is Emit for up to 1,000 events with one call, all or none of them. It returns their ids, in the order of events.
func EmitMany[R Row](ctx context.Context, tx Transaction[R], events []EventInput) ([]string, error) {
	members, err := emittedMany(events)
	if err != nil {
		return nil, err
	}
	return idsIn(tx.QueryRow(ctx, emitManySQL, members))
}

// EmitManySQL is EmitMany for a transaction of database/sql.
func EmitManySQL(ctx context.Context, tx *sql.Tx, events []EventInput) ([]string, error) {
	members, err := emittedMany(events)
	if err != nil {
		return nil, err
	}
	return idsIn(tx.QueryRowContext(ctx, emitManySQL, members))
}

func emitted(ctx context.Context, event EventInput) ([]any, error) {
	payload, err := payloadText(event.Payload)
	if err != nil {
		return nil, err
	}
	var key *string
	if own, ok := keyOf(ctx); ok {
		key = &own
	}
	metadata, err := metadataText(event.Metadata)
	if err != nil {
		return nil, err
	}
	return []any{event.Type, payload, event.OrderingKey, event.SendAt, event.ExpiresAt, key, metadata, event.Traceparent}, nil
}

// What else an EventInput may hold is no member of a new event, and would be refused.
func emittedMany(events []EventInput) (string, error) {
	members := []EventInput{}
	for _, event := range events {
		payload, err := payloadText(event.Payload)
		if err != nil {
			return "", err
		}
		members = append(members, EventInput{
			Type: event.Type, Payload: payload, OrderingKey: event.OrderingKey,
			SendAt: event.SendAt, ExpiresAt: event.ExpiresAt, Metadata: event.Metadata,
			Traceparent: event.Traceparent,
		})
	}
	text, err := json.Marshal(members)
	return string(text), err
}

// Without the escapes for HTML that json.Marshal would write.
func payloadText(payload any) (string, error) {
	switch given := payload.(type) {
	case nil:
		return "", nil
	case string:
		return given, nil
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(payload)
	return strings.TrimSuffix(text.String(), "\n"), err
}
