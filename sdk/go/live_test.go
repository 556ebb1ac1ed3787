package postmand

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// Against a live service: run by test/sdk/go.test.ts, which says where it is.

const nobody = "00000000-0000-4000-8000-000000000000"

var ctx = context.Background()

func liveClient(t *testing.T) *Client {
	t.Helper()
	if os.Getenv("POSTMAND_TEST_URL") == "" {
		t.Skip("POSTMAND_TEST_URL is not set: run test/sdk/go.test.ts")
	}
	return NewClient(Options{URL: os.Getenv("POSTMAND_TEST_URL")})
}

func stubClient(t *testing.T, state string, options Options) *Client {
	t.Helper()
	if os.Getenv("POSTMAND_TEST_STUB") == "" {
		t.Skip("POSTMAND_TEST_STUB is not set: run test/sdk/go.test.ts")
	}
	options.URL = os.Getenv("POSTMAND_TEST_STUB") + "/" + state + "/v1"
	return NewClient(options)
}

func webhookTo(path string) WebhookInput {
	return WebhookInput{
		Name: "Order events", Url: os.Getenv("POSTMAND_TEST_RECEIVER") + path, ContentType: "application/json",
		ValidStatusCodes: []int64{200}, SecretToken: Ptr("my-secret-token"), Active: Ptr(true),
		MaxDeliveryAttempts: 1, DeliveryAttemptTimeout: 5, RetryMinBackoff: 1, RetryMaxBackoff: 1,
	}
}

func must[T any](t *testing.T) func(value T, err error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			problem, _ := ProblemOf(err)
			t.Fatal(err, problem)
		}
		return value
	}
}

func collect[T any](t *testing.T, items func(yield func(T, error) bool)) []T {
	t.Helper()
	var found []T
	for item, err := range items {
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, item)
	}
	return found
}

func settled(t *testing.T, client *Client, delivery Delivery) Delivery {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); delivery.Status == DeliveryStatusPending; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the delivery is still pending")
		}
		delivery = must[Delivery](t)(client.GetDelivery(ctx, delivery.Id))
	}
	return delivery
}

func refused(t *testing.T, err error, status int, code int64) {
	t.Helper()
	var answer *APIError
	if !errors.As(err, &answer) || answer.Status != status || !IsProblem(err, code) {
		problem, _ := ProblemOf(err)
		t.Errorf("want %d with code %d, got %v: %v", status, code, err, problem)
	}
}

func TestDeliveryAndItsAttempt(t *testing.T) {
	client := liveClient(t)
	webhook := must[Webhook](t)(client.CreateWebhook(ctx, webhookTo("/orders")))
	if same := must[Webhook](t)(client.GetWebhook(ctx, webhook.Id)); same.UpdatedAt != webhook.UpdatedAt || same.Url != webhook.Url {
		t.Errorf("created %v, got %v", webhook, same)
	}
	delivery := must[Delivery](t)(client.CreateDelivery(ctx, DeliveryInput{WebhookId: webhook.Id, Payload: Ptr(`{"city": "Zürich"}`)}))
	if delivery = settled(t, client, delivery); delivery.Status != DeliveryStatusSucceeded {
		t.Fatal(delivery)
	}
	page := must[DeliveryAttemptList](t)(client.ListDeliveryAttempts(ctx, &ListDeliveryAttemptsParams{DeliveryId: &delivery.Id}))
	if len(page.DeliveryAttempts) != 1 {
		t.Fatal(page)
	}
	attempt := page.DeliveryAttempts[0]
	if !attempt.Success || attempt != must[DeliveryAttempt](t)(client.GetDeliveryAttempt(ctx, attempt.Id)) {
		t.Error(attempt)
	}
}

func TestWebhookIsTested(t *testing.T) {
	client := liveClient(t)
	webhook := must[Webhook](t)(client.CreateWebhook(ctx, webhookTo("/tested")))
	tested := must[WebhookTest](t)(client.TestWebhook(ctx, webhook.Id, WebhookTestInput{Payload: Ptr("{}")}))
	if !tested.Delivery.Test || tested.Delivery.Status != DeliveryStatusSucceeded {
		t.Error(tested.Delivery)
	}
	if tested.Attempt == nil || tested.Attempt.DeliveryId != tested.Delivery.Id || !tested.Attempt.Success {
		t.Error(tested.Attempt)
	}
}

func TestWebhookIsReplacedAndDeleted(t *testing.T) {
	client := liveClient(t)
	webhook := must[Webhook](t)(client.CreateWebhook(ctx, webhookTo("/")))
	other := webhookTo("/")
	other.Name = "Other events"
	if replaced := must[Webhook](t)(client.ReplaceWebhook(ctx, webhook.Id, other)); replaced.Name != other.Name {
		t.Error(replaced)
	}
	if err := client.DeleteWebhook(ctx, webhook.Id); err != nil {
		t.Fatal(err)
	}
	_, err := client.GetWebhook(ctx, webhook.Id)
	refused(t, err, 404, CodeWebhookNotFound)
}

func TestSettingThatIsNilIsKeptAndDefaultGivesItsDefault(t *testing.T) {
	client := liveClient(t)
	settings := webhookTo("/")
	settings.MaxConcurrency = Ptr(int64(7))
	settings.RateLimit = &RateLimitInput{Count: 100, PerSeconds: 60}
	settings.FailingAfter = &FailingAfter{Attempts: 9, Seconds: 0}
	webhook := must[Webhook](t)(client.CreateWebhook(ctx, settings))
	if webhook.RateLimit == nil || *webhook.RateLimit != (RateLimit{Count: 100, PerSeconds: 60, Burst: 2}) {
		t.Error(webhook.RateLimit)
	}

	kept := must[Webhook](t)(client.ReplaceWebhook(ctx, webhook.Id, webhookTo("/")))
	if kept.MaxConcurrency == nil || *kept.MaxConcurrency != 7 || kept.RateLimit == nil {
		t.Error(kept)
	}
	settings = webhookTo("/")
	settings.RateLimit = Default[RateLimitInput]()
	settings.FailingAfter = Default[FailingAfter]()
	replaced := must[Webhook](t)(client.ReplaceWebhook(ctx, webhook.Id, settings))
	if replaced.MaxConcurrency == nil || *replaced.MaxConcurrency != 7 || replaced.RateLimit != nil {
		t.Error(replaced)
	}
	if replaced.FailingAfter != (FailingAfter{Attempts: 5, Seconds: 60}) {
		t.Error(replaced.FailingAfter)
	}
	if settings.RateLimit != Default[RateLimitInput]() {
		t.Error("the caller's settings were changed")
	}
}

func TestPatchChangesWhatItNamesAndIfMatchRefusesWhatIsOld(t *testing.T) {
	client := liveClient(t)
	settings := webhookTo("/")
	settings.MaxConcurrency = Ptr(int64(7))
	settings.RateLimit = &RateLimitInput{Count: 100, PerSeconds: 60}
	webhook := must[Webhook](t)(client.CreateWebhook(ctx, settings))
	_, headers, err := client.GetWebhookWithHeaders(ctx, webhook.Id)
	if err != nil || headers.Etag == nil {
		t.Fatal(headers, err)
	}

	change := WebhookPatch{MaxConcurrency: Default[int64](), RateLimit: &RateLimitPatch{Count: Ptr(int64(200))}}
	patched := must[Webhook](t)(client.PatchWebhook(WithIfMatch(ctx, *headers.Etag), webhook.Id, change))
	if patched.MaxConcurrency != nil || *patched.RateLimit != (RateLimit{Count: 200, PerSeconds: 60, Burst: 2}) {
		t.Error(patched)
	}
	if patched.Name != webhook.Name || patched.SecretToken != webhook.SecretToken || !patched.Active {
		t.Error(patched)
	}
	_, err = client.PatchWebhook(WithIfMatch(ctx, *headers.Etag), webhook.Id, WebhookPatch{Active: Ptr(false)})
	refused(t, err, 412, CodePreconditionFailed)
	_, err = client.ReplaceWebhook(WithIfMatch(ctx, *headers.Etag), webhook.Id, webhookTo("/"))
	refused(t, err, 412, CodePreconditionFailed)
	refused(t, client.DeleteWebhook(WithIfMatch(ctx, *headers.Etag), webhook.Id), 412, CodePreconditionFailed)
}

func TestLists(t *testing.T) {
	client := liveClient(t)
	good := must[Webhook](t)(client.CreateWebhook(ctx, webhookTo("/orders")))
	bad := must[Webhook](t)(client.CreateWebhook(ctx, webhookTo("/failing")))
	idleInput := webhookTo("/orders")
	idleInput.Active = Ptr(false)
	idle := must[Webhook](t)(client.CreateWebhook(ctx, idleInput))
	var ids []string
	for _, webhook := range []Webhook{good, good, good, good, good, bad} {
		delivery := must[Delivery](t)(client.CreateDelivery(ctx, DeliveryInput{WebhookId: webhook.Id}))
		ids = append(ids, settled(t, client, delivery).Id)
	}

	listed := collect(t, client.ListDeliveriesItems(ctx, &ListDeliveriesParams{WebhookId: &good.Id, Limit: Ptr(int64(2))}))
	var listedIds []string
	for _, delivery := range slices.Backward(listed) {
		listedIds = append(listedIds, delivery.Id)
	}
	if !slices.Equal(listedIds, ids[:5]) {
		t.Errorf("sent %v, listed %v", ids[:5], listedIds)
	}
	pages := collect(t, client.ListDeliveriesPages(ctx, &ListDeliveriesParams{WebhookId: &good.Id, Limit: Ptr(int64(2))}))
	if len(pages[0].Deliveries) != 2 || pages[1].Deliveries[0].Id != ids[2] {
		t.Error(pages)
	}
	failed := must[DeliveryList](t)(client.ListDeliveries(ctx, &ListDeliveriesParams{WebhookId: &bad.Id, Status: Ptr(DeliveryStatusFailed)}))
	if len(failed.Deliveries) != 1 || failed.Deliveries[0].Id != ids[5] {
		t.Error(failed)
	}
	failures := collect(t, client.ListDeliveryAttemptsItems(ctx, &ListDeliveryAttemptsParams{WebhookId: &bad.Id, Success: Ptr(false)}))
	if len(failures) != 1 {
		t.Error(failures)
	}
	inactive := collect(t, client.ListWebhooksItems(ctx, &ListWebhooksParams{Active: Ptr(false), CreatedAtGte: &idle.CreatedAt}))
	if !slices.ContainsFunc(inactive, func(webhook Webhook) bool { return webhook.Id == idle.Id }) {
		t.Error(inactive)
	}
	created, err := time.Parse(time.RFC3339Nano, good.CreatedAt)
	if err != nil {
		t.Fatal(err)
	}
	ahead := created.In(time.FixedZone("", 3600)).Format(time.RFC3339Nano)
	since := collect(t, client.ListDeliveriesItems(ctx, &ListDeliveriesParams{WebhookId: &good.Id, CreatedAtGte: &ahead}))
	if len(since) != 5 {
		t.Error(since)
	}
}

// changing is a transport that sends something other than it is told to.
type changing func(request *http.Request)

func (change changing) RoundTrip(request *http.Request) (*http.Response, error) {
	change(request)
	return http.DefaultTransport.RoundTrip(request)
}

func changedClient(t *testing.T, change changing) *Client {
	liveClient(t)
	return NewClient(Options{URL: os.Getenv("POSTMAND_TEST_URL"), HTTPClient: &http.Client{Transport: change}})
}

func TestErrors(t *testing.T) {
	client := liveClient(t)
	short := webhookTo("/")
	short.Name = "x"
	_, err := client.CreateWebhook(ctx, short)
	refused(t, err, 400, CodeRequestValidationFailed)
	if problem, _ := ProblemOf(err); problem.Details == nil || !strings.Contains(*problem.Details, "name") ||
		!strings.HasSuffix(problem.String(), "(code 4)") {
		t.Error(problem)
	}
	_, err = client.ListWebhooks(ctx, &ListWebhooksParams{Limit: Ptr(int64(0))})
	refused(t, err, 400, CodeRequestValidationFailed)
	_, err = client.GetWebhook(ctx, "nonsense")
	refused(t, err, 404, CodeInvalidId)
	_, err = client.GetWebhook(ctx, nobody)
	refused(t, err, 404, CodeWebhookNotFound)
	_, err = client.CreateDelivery(ctx, DeliveryInput{WebhookId: nobody})
	refused(t, err, 404, CodeWebhookNotFound)
	_, err = client.GetDelivery(ctx, nobody)
	refused(t, err, 404, CodeDeliveryNotFound)
	_, err = client.GetDeliveryAttempt(ctx, nobody)
	refused(t, err, 404, CodeDeliveryAttemptNotFound)
	_, err = NewClient(Options{URL: os.Getenv("POSTMAND_TEST_URL") + "/nowhere"}).ListWebhooks(ctx, nil)
	refused(t, err, 404, CodeRouteNotFound)

	malformed := changedClient(t, func(request *http.Request) {
		request.Body, request.ContentLength = io.NopCloser(bytes.NewReader([]byte("{"))), 1
	})
	_, err = malformed.CreateDelivery(ctx, DeliveryInput{WebhookId: nobody})
	refused(t, err, 400, CodeMalformedRequestBody)
	// Announced, but never sent: the server answers without reading it and closes, of which Go may see a broken pipe first.
	unsent, _ := io.Pipe()
	large := changedClient(t, func(request *http.Request) { request.Body, request.ContentLength = unsent, 1<<30 })
	_, err = large.CreateDelivery(ctx, DeliveryInput{WebhookId: nobody})
	refused(t, err, 413, CodeRequestBodyTooLarge)
	text := changedClient(t, func(request *http.Request) { request.Header.Set("Content-Type", "text/plain") })
	_, err = text.CreateDelivery(ctx, DeliveryInput{WebhookId: nobody})
	refused(t, err, 415, CodeUnsupportedMediaType)
	other := changedClient(t, func(request *http.Request) { request.Method = "POST" })
	_, err = other.GetWebhook(ctx, nobody)
	refused(t, err, 405, CodeMethodNotAllowed)
}

func TestCallsThatMayBeRepeatedAre(t *testing.T) {
	if err := stubClient(t, "busy-twice", Options{}).DeleteWebhook(ctx, nobody); err != nil {
		t.Error(err)
	}
	_, err := stubClient(t, "busy-reads", Options{}).ListWebhooks(ctx, nil)
	refused(t, err, 503, CodeServiceUnavailable)
}

func TestCallThatCreatesAWebhookIsNotRepeated(t *testing.T) {
	_, err := stubClient(t, "busy-creates", Options{}).CreateWebhook(ctx, webhookTo("/"))
	refused(t, err, 503, CodeServiceUnavailable)
}

func TestDeliveryIsCreatedWithOneKeyWhereAnswersAreLost(t *testing.T) {
	must[Delivery](t)(stubClient(t, "lossy", Options{}).CreateDelivery(ctx, DeliveryInput{WebhookId: nobody}))
}

func TestAnswersThatAreCutAfterTheServiceHasCommittedLeaveOneDelivery(t *testing.T) {
	client := liveClient(t)
	idle := webhookTo("/")
	idle.Active = Ptr(false)
	webhook := must[Webhook](t)(client.CreateWebhook(ctx, idle))
	created := must[Delivery](t)(stubClient(t, "cutting", Options{}).CreateDelivery(ctx, DeliveryInput{WebhookId: webhook.Id}))
	found := collect(t, client.ListDeliveriesItems(ctx, &ListDeliveriesParams{WebhookId: &webhook.Id}))
	if len(found) != 1 || found[0].Id != created.Id {
		t.Errorf("created %v, found %v", created, found)
	}
}

func TestDeliveryIsCreatedWithTheKeyOfTheCallerWhereATryTimedOut(t *testing.T) {
	client := stubClient(t, "silent-once", Options{Timeout: 300 * time.Millisecond})
	own := WithIdempotencyKey(ctx, "order-1042")
	must[Delivery](t)(client.CreateDelivery(own, DeliveryInput{WebhookId: nobody}))
}

func TestDeliveryThatNobodyAnswers(t *testing.T) {
	attempts := 0
	counted := &http.Client{Transport: changing(func(*http.Request) { attempts++ })}
	client := stubClient(t, "silent-creates", Options{Timeout: 300 * time.Millisecond, Retries: 1, HTTPClient: counted})
	_, err := client.CreateDelivery(ctx, DeliveryInput{WebhookId: nobody})
	var timeout *TimeoutError
	if !errors.As(err, &timeout) || timeout.OperationID != "createDelivery" || attempts != 2 {
		t.Errorf("%v after %d attempts", err, attempts)
	}
	attempts = 0
	short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	if _, err := client.CreateDelivery(short, DeliveryInput{WebhookId: nobody}); !errors.Is(err, context.DeadlineExceeded) || attempts != 1 {
		t.Errorf("%v after %d attempts", err, attempts)
	}
}

func TestServiceThatNeverAnswers(t *testing.T) {
	_, err := stubClient(t, "silent", Options{Timeout: 50 * time.Millisecond}).ListWebhooks(ctx, nil)
	var timeout *TimeoutError
	if !errors.As(err, &timeout) || timeout.OperationID != "listWebhooks" {
		t.Error(err)
	}
}

func TestServiceThatIsNotThere(t *testing.T) {
	attempts := 0
	transport := changing(func(*http.Request) { attempts++ })
	client := NewClient(Options{URL: "http://127.0.0.1:1/v1", Retries: 1, HTTPClient: &http.Client{Transport: transport}})
	if err := client.DeleteWebhook(ctx, nobody); err == nil || attempts != 2 {
		t.Errorf("%v after %d attempts", err, attempts)
	}
	attempts = 0
	if _, err := client.CreateDelivery(ctx, DeliveryInput{WebhookId: nobody}); err == nil || attempts != 2 {
		t.Errorf("%v after %d attempts", err, attempts)
	}
	attempts = 0
	if _, err := client.CreateWebhook(ctx, webhookTo("/")); err == nil || attempts != 1 {
		t.Errorf("%v after %d attempts", err, attempts)
	}
	attempts = 0
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := client.ListWebhooks(ended, nil); !errors.Is(err, context.Canceled) || attempts != 1 {
		t.Errorf("%v after %d attempts", err, attempts)
	}
}

func TestInternalErrorAndTheAnswerOfAProxy(t *testing.T) {
	_, err := stubClient(t, "broken", Options{Retries: -1}).ListWebhooks(ctx, nil)
	refused(t, err, 500, CodeInternalServerError)
	_, err = stubClient(t, "proxy", Options{Retries: -1}).ListWebhooks(ctx, nil)
	var answer *APIError
	if _, ok := ProblemOf(err); ok || !errors.As(err, &answer) || answer.Status != 502 {
		t.Error(err)
	}
}

func TestAPIKeyGoesWithEachRequest(t *testing.T) {
	if err := stubClient(t, "fine-keyed", Options{APIKey: "the-key"}).DeleteWebhook(ctx, nobody); err != nil {
		t.Error(err)
	}
}
