package postmand

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
)

var order = map[string]any{
	"type": "object", "required": []any{"order"}, "properties": map[string]any{"order": map[string]any{"type": "integer"}},
}

func eventId(event Event) string { return event.Id }

func TestEventGoesToWhoeverSubscribed(t *testing.T) {
	client := liveClient(t)
	input := EventTypeInput{Name: "order.paid", Schema: order, Example: map[string]any{"order": 7}}
	created := must[EventType](t)(client.CreateEventType(ctx, input))
	if created.Version != 1 || !reflect.DeepEqual(created.Schema, any(order)) {
		t.Error(created)
	}
	must[EventType](t)(client.CreateEventType(ctx, EventTypeInput{Name: "order.shipped", Schema: true}))
	settings := webhookTo("/events")
	settings.EventTypes = &[]string{"order.*"}
	settings.Filter = &map[string]any{"metadata": map[string]any{"region": map[string]any{"$in": []string{"eu", "uk"}}}}
	settings.Format = Ptr("cloudevents_structured")
	webhook := must[Webhook](t)(client.CreateWebhook(ctx, settings))

	preview := WebhookPreviewInput{Type: "order.paid", Payload: map[string]any{"order": 1042}, Metadata: &map[string]string{"region": "eu"}}
	if previewed := must[WebhookPreview](t)(client.PreviewWebhook(ctx, webhook.Id, preview)); !previewed.Matches ||
		!strings.Contains(previewed.Request.Body, `"data":{"order":1042}`) {
		t.Error(previewed)
	}
	preview.Metadata = nil
	if previewed := must[WebhookPreview](t)(client.PreviewWebhook(ctx, webhook.Id, preview)); *previewed.Mismatch != "filter" {
		t.Error(previewed)
	}

	paid := EventInput{Type: "order.paid", Payload: map[string]any{"order": 1042}, Metadata: &map[string]string{"region": "eu"}}
	keyed := WithIdempotencyKey(ctx, "event-of-go")
	event := must[Event](t)(client.CreateEvent(keyed, paid))
	if event.Payload != `{"order":1042}` || *event.Deliveries != 1 {
		t.Error(event)
	}
	same(t, "the same event", []string{must[Event](t)(client.CreateEvent(keyed, paid)).Id}, []string{event.Id})
	uk, us := map[string]string{"region": "uk"}, map[string]string{"region": "us"}
	ids := must[EventBatch](t)(client.CreateEvents(ctx, EventBatchInput{Events: []EventInput{
		{Type: "order.shipped", Payload: `{"n": 12345678901234567890}`, Metadata: &uk},
		{Type: "order.shipped", Payload: []string{"a"}, Metadata: &us},
	}})).Ids

	deliveries := collect(t, client.ListDeliveriesItems(ctx, &ListDeliveriesParams{EventId: &event.Id}))
	if len(deliveries) != 1 || deliveries[0].WebhookId != webhook.Id || *deliveries[0].EventId != event.Id {
		t.Fatal(deliveries)
	}
	settled(t, client, deliveries[0])
	attempts := collect(t, client.ListDeliveryAttemptsItems(ctx, &ListDeliveryAttemptsParams{DeliveryId: &deliveries[0].Id}))
	_, body, _ := strings.Cut(attempts[0].RawRequest, "\r\n\r\n")
	var sent struct{ Id, Type string }
	if err := json.Unmarshal([]byte(body), &sent); err != nil || sent.Id != event.Id || sent.Type != "order.paid" {
		t.Error(body, err)
	}

	found := collect(t, client.ListEventsItems(ctx, &ListEventsParams{Metadata: &uk, Limit: Ptr(int64(1))}))
	same(t, "found by metadata", idsOf(found, eventId), ids[:1])
	if found[0].Payload != `{"n": 12345678901234567890}` {
		t.Error(found)
	}
	shipped := collect(t, client.ListEventsItems(ctx, &ListEventsParams{Type: Ptr("order.shipped"), Limit: Ptr(int64(1))}))
	same(t, "of the type", slices.Sorted(slices.Values(idsOf(shipped, eventId))), slices.Sorted(slices.Values(ids)))
	if nobody := must[Event](t)(client.GetEvent(ctx, ids[1])); *nobody.Deliveries != 0 {
		t.Error(nobody)
	}
}

func TestWhatIsWrongWithEventsHasACodeEach(t *testing.T) {
	client := liveClient(t)
	name := "invoice.sent"
	must[EventType](t)(client.CreateEventType(ctx, EventTypeInput{Name: name, Schema: order}))
	_, err := client.CreateEvent(ctx, EventInput{Type: name, Payload: map[string]any{}})
	refused(t, err, 422, CodeEventInvalid)
	_, err = client.CreateEvent(ctx, EventInput{Type: "unknown"})
	refused(t, err, 404, CodeEventTypeNotFound)
	_, err = client.CreateEventType(ctx, EventTypeInput{Name: name})
	refused(t, err, 409, CodeEventTypeExists)
	_, err = client.GetEvent(ctx, nobody)
	refused(t, err, 404, CodeEventNotFound)
	narrower := EventTypePatch{Schema: map[string]any{"type": "object", "required": []string{"order", "total"}}}
	_, err = client.PatchEventType(ctx, name, narrower)
	refused(t, err, 409, CodeSchemaIncompatible)
	narrower.Compatibility = Ptr("none")
	if changed := must[EventType](t)(client.PatchEventType(ctx, name, narrower)); changed.Version != 2 {
		t.Error(changed)
	}
	cleared := must[EventType](t)(client.PatchEventType(ctx, name, EventTypePatch{Schema: Default[any](), Compatibility: Default[string]()}))
	if cleared.Schema != nil || cleared.Compatibility != "backward" {
		t.Error(cleared)
	}

	document := must[EventTypesDocument](t)(client.GetEventTypesDocument(ctx))
	if document.Webhooks[name] == nil {
		t.Error(document)
	}
	imported := must[EventTypeImport](t)(client.ImportEventTypes(ctx, document))
	if len(imported.Created)+len(imported.Updated) != 0 {
		t.Error(imported)
	}

	if archived := must[EventType](t)(client.ArchiveEventType(ctx, name)); archived.ArchivedAt == nil {
		t.Error(archived)
	}
	_, err = client.CreateEvent(ctx, EventInput{Type: name})
	refused(t, err, 409, CodeEventTypeArchived)
	archived := collect(t, client.ListEventTypesItems(ctx, &ListEventTypesParams{Archived: Ptr(true), Limit: Ptr(int64(1))}))
	same(t, "archived", idsOf(archived, func(one EventType) string { return one.Name }), []string{name})
	must[EventType](t)(client.RestoreEventType(ctx, name))
}
