package postmand

import (
	"os"
	"slices"
	"testing"
	"time"
)

func TestWhatFailedIsFoundByMetadataCountedAndSentAgain(t *testing.T) {
	client := liveClient(t)
	settings := webhookTo("/failing")
	settings.Metadata = &map[string]string{"team": "billing & tax of Go"}
	webhook := must[Webhook](t)(client.CreateWebhook(ctx, settings))
	metadata := map[string]string{"customer": "42", "order.no": "7 & 8"}
	drafts := slices.Repeat([]DeliveryInput{{WebhookId: webhook.Id, Metadata: &metadata}}, 3)
	ids := must[DeliveryBatch](t)(client.CreateDeliveries(ctx, DeliveryBatchInput{Deliveries: drafts})).Ids
	for _, id := range ids {
		delivery := settled(t, client, must[Delivery](t)(client.GetDelivery(ctx, id)))
		if delivery.FailedReason == nil || *delivery.FailedReason != "attempts" {
			t.Error(delivery)
		}
	}
	params := ListDeliveriesParams{WebhookId: &webhook.Id, Metadata: &metadata, Limit: Ptr(int64(1))}
	found := idsOf(collect(t, client.ListDeliveriesItems(ctx, &params)), deliveryId)
	same(t, "found by metadata", slices.Sorted(slices.Values(found)), slices.Sorted(slices.Values(ids)))
	webhooks := must[WebhookList](t)(client.ListWebhooks(ctx, &ListWebhooksParams{Metadata: settings.Metadata}))
	if len(webhooks.Webhooks) != 1 || webhooks.Webhooks[0].Id != webhook.Id {
		t.Error(webhooks)
	}

	fixed := WebhookPatch{Url: Ptr(os.Getenv("POSTMAND_TEST_RECEIVER") + "/fixed")}
	must[Webhook](t)(client.PatchWebhook(ctx, webhook.Id, fixed))
	again := must[Delivery](t)(client.RedeliverDelivery(ctx, ids[0]))
	if delivery := settled(t, client, again); delivery.Status != DeliveryStatusSucceeded || delivery.Redeliveries != 1 {
		t.Error(delivery)
	}
	asked := RedeliveryInput{Filter: RedeliveryFilter{WebhookId: &webhook.Id, CreatedAtGte: &webhook.CreatedAt}}
	counted := must[RedeliveryCount](t)(client.CountRedelivery(ctx, asked))
	if counted.Matching != 2 || counted.ByWebhook[0].WebhookId != webhook.Id {
		t.Error(counted)
	}
	operation := finished(t, client, must[Operation](t)(client.RedeliverDeliveries(ctx, asked)))
	if operation.State != OperationStateDone || operation.Done != 2 {
		t.Error(operation)
	}
	operations := collect(t, client.ListOperationsItems(ctx, &ListOperationsParams{Limit: Ptr(int64(1))}))
	if !slices.ContainsFunc(operations, func(one Operation) bool { return one.Id == operation.Id }) {
		t.Error(operations)
	}
	_, err := client.CancelOperation(ctx, operation.Id)
	refused(t, err, 409, CodeOperationEnded)

	owned := ErasureInput{Metadata: *settings.Metadata}
	if counted := must[ErasureCount](t)(client.CountErasure(ctx, owned)); counted.Matching != 3 {
		t.Error(counted)
	}
	finished(t, client, must[Operation](t)(client.EraseDeliveries(ctx, owned)))
	if delivery := must[Delivery](t)(client.GetDelivery(ctx, ids[0])); delivery.PayloadRemovedAt == nil {
		t.Error(delivery)
	}
	stats := must[WebhookStats](t)(client.GetWebhookStats(ctx, webhook.Id, &GetWebhookStatsParams{Step: Ptr("hour")}))
	if len(stats.Stats) == 0 || len(must[Stats](t)(client.GetStats(ctx, nil)).Stats) == 0 {
		t.Error(stats)
	}
}

func finished(t *testing.T, client *Client, operation Operation) Operation {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); operation.FinishedAt == nil; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(operation)
		}
		operation = must[Operation](t)(client.GetOperation(ctx, operation.Id))
	}
	return operation
}
