package drivers

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib"
	postmand "github.com/postmand/postmand/sdk/go"
)

// Against the database of a live service: run by test/sdk/go.test.ts, which says where it is.

const nobody = "00000000-0000-4000-8000-000000000000"

var (
	ctx    = context.Background()
	client = postmand.NewClient(postmand.Options{URL: os.Getenv("POSTMAND_TEST_URL")})
)

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func delivery(t *testing.T) postmand.DeliveryInput {
	t.Helper()
	webhook, err := client.CreateWebhook(ctx, postmand.WebhookInput{
		Name: "Order events", Url: "http://127.0.0.1:9/", ContentType: "application/json", ValidStatusCodes: []int64{200},
		MaxDeliveryAttempts: 1, DeliveryAttemptTimeout: 5, RetryMinBackoff: 1, RetryMaxBackoff: 1,
	})
	check(t, err)
	return postmand.DeliveryInput{
		WebhookId: webhook.Id, Payload: postmand.Ptr(`{"city": "Zürich"}`), OrderingKey: postmand.Ptr("customer-7"),
		ExpiresAt: postmand.Ptr("2099-01-01T00:00:00Z"),
	}
}

func TestPgx(t *testing.T) {
	connection, err := pgx.Connect(ctx, os.Getenv("POSTMAND_TEST_DATABASE"))
	check(t, err)
	defer connection.Close(ctx)
	given := delivery(t)
	keyed := postmand.WithIdempotencyKey(ctx, "order-"+given.WebhookId)
	var id string
	check(t, pgx.BeginFunc(ctx, connection, func(tx pgx.Tx) error {
		if id, err = postmand.Enqueue(keyed, tx, given); err != nil {
			return err
		}
		again, err := postmand.Enqueue(keyed, tx, given)
		if again != id {
			t.Errorf("first %s, then %s", id, again)
		}
		return err
	}))
	found, err := client.GetDelivery(ctx, id)
	check(t, err)
	if found.Payload != *given.Payload || *found.OrderingKey != "customer-7" {
		t.Error(found)
	}

	_ = pgx.BeginFunc(ctx, connection, func(tx pgx.Tx) error {
		id, err = postmand.Enqueue(ctx, tx, given)
		check(t, err)
		return errors.New("rolled back")
	})
	if _, err = client.GetDelivery(ctx, id); !postmand.IsProblem(err, postmand.CodeDeliveryNotFound) {
		t.Error(err)
	}
	given.WebhookId = nobody
	if _, err = postmand.Enqueue(ctx, connection, given); !postmand.IsProblem(err, postmand.CodeWebhookNotFound) {
		t.Error(err)
	}
}

const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

func TestManyWithMetadata(t *testing.T) {
	connection, err := pgx.Connect(ctx, os.Getenv("POSTMAND_TEST_DATABASE"))
	check(t, err)
	defer connection.Close(ctx)
	given := delivery(t)
	given.Metadata = &map[string]string{"customer": "42", "order.no": `ü "1"`}
	given.Traceparent = postmand.Ptr(traceparent)
	one, err := postmand.Enqueue(ctx, connection, given)
	check(t, err)
	ids, err := postmand.EnqueueMany(ctx, connection, []postmand.DeliveryInput{given, {WebhookId: given.WebhookId}})
	check(t, err)
	if len(ids) != 2 {
		t.Fatal(ids)
	}
	for i, expected := range []map[string]string{*given.Metadata, *given.Metadata, {}} {
		found, err := client.GetDelivery(ctx, append([]string{one}, ids...)[i])
		check(t, err)
		if !maps.Equal(found.Metadata, expected) {
			t.Error(i, found)
		}
		if traced := found.Traceparent != nil && *found.Traceparent == traceparent; traced != (i < 2) {
			t.Error(i, found.Traceparent)
		}
	}
	if ids, err = postmand.EnqueueMany(ctx, connection, nil); err != nil || len(ids) > 0 {
		t.Error(ids, err)
	}
}

func TestDatabaseSQL(t *testing.T) {
	database, err := sql.Open("pgx", os.Getenv("POSTMAND_TEST_DATABASE"))
	check(t, err)
	defer database.Close()
	tx, err := database.BeginTx(ctx, nil)
	check(t, err)
	id, err := postmand.EnqueueSQL(ctx, tx, delivery(t))
	check(t, err)
	ids, err := postmand.EnqueueManySQL(ctx, tx, []postmand.DeliveryInput{delivery(t), delivery(t)})
	check(t, err)
	check(t, tx.Commit())
	for _, id := range append(ids, id) {
		_, err = client.GetDelivery(ctx, id)
		check(t, err)
	}
}
