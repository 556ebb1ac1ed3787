package postmand

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

const keyHeader = "Idempotency-Key"

// The operations that take an Idempotency-Key.
var keyed = []string{"createDelivery", "createDeliveries", "createEvent", "createEvents"}

type idempotencyKey struct{}

// WithIdempotencyKey gives CreateDelivery, CreateDeliveries, CreateEvent, CreateEvents, Enqueue or Emit a key of the caller's own: what is
// asked again with the same key is done once. Without it the first four make a key for each call.
func WithIdempotencyKey(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, idempotencyKey{}, key)
}

func keyOf(ctx context.Context) (string, bool) {
	key, ok := ctx.Value(idempotencyKey{}).(string)
	return key, ok
}

// newKey makes a key for a call, before it is known which operation it calls.
func newKey() string {
	var key [16]byte
	if _, err := rand.Read(key[:]); err != nil {
		panic(err) // The system has no random bytes.
	}
	return hex.EncodeToString(key[:])
}

// settleKey leaves the key where the operation takes one, or puts the caller's own in its place.
func settleKey(request *http.Request) {
	if !takesKey(request) {
		request.Header.Del(keyHeader)
	} else if own, ok := keyOf(request.Context()); ok {
		request.Header.Set(keyHeader, own)
	}
}

func takesKey(request *http.Request) bool {
	for _, id := range keyed {
		operation, ok := operations[id]
		if ok && request.Method == operation.Method && strings.HasSuffix(request.URL.Path, operation.Path) {
			return true
		}
	}
	return false
}

// lostAnswer is the failure of a request that may have been done, and that its key allows to repeat.
type lostAnswer struct{ error }

func (lost lostAnswer) Unwrap() error { return lost.error }

// keyedTransport reads the answers to requests with a key to their end: one that breaks off is lost like one that never came.
type keyedTransport struct {
	client  *http.Client
	timeout time.Duration
}

func (transport keyedTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	// Looked up for each request, as http.Client does it: a test may replace it.
	next := transport.client.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	if request.Header.Get(keyHeader) == "" {
		return next.RoundTrip(request)
	}
	// The deadline of an attempt is as far away as its time-out. A nearer one is the caller's, and ends the call.
	deadline, limited := request.Context().Deadline()
	ofAttempt := limited && transport.timeout > 0 && time.Until(deadline) > transport.timeout*9/10
	response, err := next.RoundTrip(request)
	if err == nil {
		var body []byte
		body, err = io.ReadAll(response.Body)
		response.Body.Close()
		response.Body = io.NopCloser(bytes.NewReader(body))
	}
	if err == nil {
		return response, nil
	}
	if ended := request.Context().Err(); ended != nil && !(ofAttempt && errors.Is(ended, context.DeadlineExceeded)) {
		return nil, err
	}
	return nil, lostAnswer{err}
}

// withKeys gives a client that marks lost answers.
func withKeys(client *http.Client, timeout time.Duration) *http.Client {
	if client == nil {
		client = http.DefaultClient
	}
	wrapped := *client
	wrapped.Transport = keyedTransport{client, timeout}
	return &wrapped
}

// isKeyInUse tells whether another try of the same call is still being answered. It leaves the body unread.
func isKeyInUse(response *http.Response) bool {
	if response == nil || response.StatusCode != http.StatusConflict || response.Request.Header.Get(keyHeader) == "" {
		return false
	}
	body, err := io.ReadAll(response.Body)
	response.Body = io.NopCloser(bytes.NewReader(body))
	var problem Problem
	return err == nil && json.Unmarshal(body, &problem) == nil && problem.Code == CodeIdempotencyKeyInUse
}
