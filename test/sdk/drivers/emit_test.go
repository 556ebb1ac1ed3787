package drivers

import (
	"database/sql"
	"errors"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
	postmand "github.com/postmand/postmand/sdk/go"
)

const eventType = "go.paid"

func eventsConnection(t *testing.T) *pgx.Conn {
	t.Helper()
	connection, err := pgx.Connect(ctx, os.Getenv("POSTMAND_TEST_DATABASE"))
	check(t, err)
	t.Cleanup(func() { connection.Close(ctx) })
	_, err = connection.Exec(ctx, "insert into event_types (name) values ($1) on conflict do nothing", eventType)
	check(t, err)
	return connection
}

func TestEmit(t *testing.T) {
	connection := eventsConnection(t)
	given := postmand.EventInput{
		Type: eventType, Payload: map[string]string{"city": "Zürich <3"}, OrderingKey: postmand.Ptr("customer-7"),
		Metadata: &map[string]string{"customer": "42"}, Traceparent: postmand.Ptr(traceparent),
	}
	keyed := postmand.WithIdempotencyKey(ctx, "go-1042")
	id, err := postmand.Emit(keyed, connection, given)
	check(t, err)
	if again, err := postmand.Emit(keyed, connection, given); err != nil || again != id {
		t.Error(again, id, err)
	}
	found, err := client.GetEvent(ctx, id)
	check(t, err)
	if found.Payload != `{"city":"Zürich <3"}` || *found.OrderingKey != "customer-7" || found.Metadata["customer"] != "42" || *found.Traceparent != traceparent {
		t.Error(found)
	}
	_ = pgx.BeginFunc(ctx, connection, func(tx pgx.Tx) error {
		id, err = postmand.Emit(ctx, tx, given)
		check(t, err)
		return errors.New("rolled back")
	})
	if _, err = client.GetEvent(ctx, id); !postmand.IsProblem(err, postmand.CodeEventNotFound) {
		t.Error(err)
	}
	if _, err = postmand.Emit(ctx, connection, postmand.EventInput{Type: "go.unknown"}); !postmand.IsProblem(err, postmand.CodeEventTypeNotFound) {
		t.Error(err)
	}
}

func TestEmitMany(t *testing.T) {
	connection := eventsConnection(t)
	ids, err := postmand.EmitMany(ctx, connection, []postmand.EventInput{{Type: eventType, Payload: "1"}, {Type: eventType}})
	check(t, err)
	database, err := sql.Open("pgx", os.Getenv("POSTMAND_TEST_DATABASE"))
	check(t, err)
	defer database.Close()
	tx, err := database.BeginTx(ctx, nil)
	check(t, err)
	one, err := postmand.EmitSQL(ctx, tx, postmand.EventInput{Type: eventType, Payload: []int{1}})
	check(t, err)
	more, err := postmand.EmitManySQL(ctx, tx, []postmand.EventInput{{Type: eventType, Payload: "2"}})
	check(t, err)
	check(t, tx.Commit())
	for i, expected := range []string{"1", "", "[1]", "2"} {
		found, err := client.GetEvent(ctx, append(append(ids, one), more...)[i])
		check(t, err)
		if found.Payload != expected {
			t.Error(i, found)
		}
	}
	if ids, err = postmand.EmitMany(ctx, connection, nil); err != nil || len(ids) > 0 {
		t.Error(ids, err)
	}
}
