package postmand

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// collectWhile is collect, where meanwhile is done behind the first item.
func collectWhile[T any](t *testing.T, items func(yield func(T, error) bool), meanwhile func()) []T {
	t.Helper()
	isFirst := true
	return collect(t, func(yield func(T, error) bool) {
		items(func(item T, err error) bool {
			goesOn := yield(item, err)
			if isFirst {
				meanwhile()
			}
			isFirst = false
			return goesOn
		})
	})
}

func idsOf[T any](items []T, id func(T) string) []string {
	var ids []string
	for _, item := range items {
		ids = append(ids, id(item))
	}
	return ids
}

func deliveryId(delivery Delivery) string       { return delivery.Id }
func attemptId(attempt DeliveryAttempt) string  { return attempt.Id }
func orderingKey(key BlockedOrderingKey) string { return key.OrderingKey }

func attempted(t *testing.T, client *Client, count int, params ListDeliveryAttemptsParams) []string {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		page := must[DeliveryAttemptList](t)(client.ListDeliveryAttempts(ctx, &params))
		if len(page.DeliveryAttempts) == count {
			return idsOf(page.DeliveryAttempts, attemptId)
		}
		if time.Now().After(deadline) {
			t.Fatal("not all were attempted")
		}
	}
}

func same(t *testing.T, what string, found []string, expected []string) {
	t.Helper()
	if !slices.Equal(found, expected) {
		t.Errorf("%s: expected %v, found %v", what, expected, found)
	}
}

func TestListsInWhichItemsAppearMeanwhileGiveEachItemOnce(t *testing.T) {
	client := liveClient(t)
	settings := webhookTo("/failing")
	settings.OrderingOnFailure = Ptr("block")
	webhook := must[Webhook](t)(client.CreateWebhook(ctx, settings))
	create := func(key string) string {
		return must[Delivery](t)(client.CreateDelivery(ctx, DeliveryInput{WebhookId: webhook.Id, OrderingKey: &key})).Id
	}
	keys := []string{"a", "b", "c", "d"}
	ids := []string{create("a"), create("b"), create("c"), create("d")}
	slices.Reverse(ids)
	attempts := attempted(t, client, 4, ListDeliveryAttemptsParams{WebhookId: &webhook.Id})

	blocked := client.ListOrderingKeysItems(ctx, webhook.Id, &ListOrderingKeysParams{State: Ptr("blocked"), Limit: Ptr(int64(1))})
	same(t, "keys", idsOf(collect(t, blocked), orderingKey), keys)
	deliveries := client.ListDeliveriesItems(ctx, &ListDeliveriesParams{WebhookId: &webhook.Id, Limit: Ptr(int64(1))})
	same(t, "deliveries", idsOf(collectWhile(t, deliveries, func() { create("0") }), deliveryId), ids)
	paged := client.ListDeliveryAttemptsItems(ctx, &ListDeliveryAttemptsParams{WebhookId: &webhook.Id, Limit: Ptr(int64(1))})
	seen := idsOf(collectWhile(t, paged, func() {
		attempted(t, client, 1, ListDeliveryAttemptsParams{DeliveryId: Ptr(create("1"))})
	}), attemptId)
	known := slices.DeleteFunc(slices.Clone(seen), func(id string) bool { return !slices.Contains(attempts, id) })
	same(t, "attempts", known, attempts)
	if len(seen) > len(attempts)+2 {
		t.Error(seen)
	}
}

func TestWebhooksThatAreMadeMeanwhileMoveNoOther(t *testing.T) {
	client := liveClient(t)
	var made []Webhook
	for number := range 4 {
		settings := webhookTo("/")
		settings.Name = fmt.Sprint("W ", number)
		made = append(made, must[Webhook](t)(client.CreateWebhook(ctx, settings)))
	}
	ids := idsOf(made, func(webhook Webhook) string { return webhook.Id })
	params := ListWebhooksParams{CreatedAtGte: &made[0].CreatedAt, Limit: Ptr(int64(1))}
	found := collectWhile(t, client.ListWebhooksItems(ctx, &params), func() {
		settings := webhookTo("/")
		settings.Name = "A first one"
		must[Webhook](t)(client.CreateWebhook(ctx, settings))
	})
	known := slices.DeleteFunc(idsOf(found, func(webhook Webhook) string { return webhook.Id }),
		func(id string) bool { return !slices.Contains(ids, id) })
	same(t, "webhooks", known, ids)
}

func TestOffsetToBeginWithAndAnIteratorThatIsUsedTwice(t *testing.T) {
	client := liveClient(t)
	idle := webhookTo("/")
	idle.Active = Ptr(false)
	webhook := must[Webhook](t)(client.CreateWebhook(ctx, idle))
	drafts := slices.Repeat([]DeliveryInput{{WebhookId: webhook.Id}}, 5)
	must[DeliveryBatch](t)(client.CreateDeliveries(ctx, DeliveryBatchInput{Deliveries: drafts}))
	whole := idsOf(collect(t, client.ListDeliveriesItems(ctx, &ListDeliveriesParams{WebhookId: &webhook.Id})), deliveryId)
	params := ListDeliveriesParams{WebhookId: &webhook.Id, Limit: Ptr(int64(1)), Offset: Ptr(int64(2))}
	items := client.ListDeliveriesItems(ctx, &params)
	same(t, "deliveries", idsOf(collect(t, items), deliveryId), whole[2:])
	same(t, "deliveries again", idsOf(collect(t, items), deliveryId), whole[2:])
}

func TestServiceOfVersion21IsReadByOffset(t *testing.T) {
	client := stubClient(t, "offset-only", Options{})
	all := []string{"delivery-0", "delivery-1", "delivery-2", "delivery-3", "delivery-4"}
	items := client.ListDeliveriesItems(ctx, &ListDeliveriesParams{Limit: Ptr(int64(2))})
	same(t, "deliveries", idsOf(collect(t, items), deliveryId), all)
	behind := client.ListDeliveriesItems(ctx, &ListDeliveriesParams{Limit: Ptr(int64(2)), Offset: Ptr(int64(3))})
	same(t, "deliveries behind three", idsOf(collect(t, behind), deliveryId), all[3:])
}
