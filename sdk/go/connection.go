// Package postmand is a client of Postmand, the webhook delivery service, and verifies its signatures. Standard library only.
package postmand

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"
)

// Options say how to reach a Postmand. Only URL is needed.
type Options struct {
	// URL of the API, its /v1 included, for example http://localhost:8000/v1.
	URL string
	// APIKey is sent with each request. Empty where the service needs none.
	APIKey string
	// Timeout of an attempt. 10 seconds where it is 0.
	Timeout time.Duration
	// Retries says how often a call is repeated after a lost connection or a 408, 429, 500, 502, 503 or 504: after what Retry-After asks
	// for, else after up to 0.5, 1, 2, … seconds. CreateDelivery, CreateDeliveries, CreateEvent and CreateEvents are repeated with the
	// same Idempotency-Key, so that they create nothing twice, and after a time-out too. Other calls that create something are never
	// repeated, nor are others that timed out.
	// 3 where it is 0; -1 switches it off.
	Retries int
	// HTTPClient is http.DefaultClient where it is nil.
	HTTPClient *http.Client
}

// NewClient gives a client whose methods return *APIError for answers other than 2xx, and *TimeoutError.
// A call whose context ends during a pause between two attempts returns after that pause.
func NewClient(options Options) *Client {
	config := Config{
		ServerURL:      options.URL,
		Timeout:        options.Timeout,
		Retry:          RetryConfig{Retries: options.Retries, RetryDelay: 500 * time.Millisecond, RetryOn: worthRepeating},
		Middleware:     []Middleware{{OnRequest: addIfMatch}, {OnRequest: settleKey}, {OnRequest: askForDryRun}},
		IdempotencyKey: newKey,
	}
	if config.Timeout == 0 {
		config.Timeout = 10 * time.Second
	}
	config.HTTPClient = withKeys(options.HTTPClient, config.Timeout)
	if config.Retry.Retries == 0 {
		config.Retry.Retries = 3
	}
	if options.APIKey != "" {
		// Not Config.Auth: that sends a key only with operations for which the description lists one.
		config.Headers = map[string]string{"Authorization": "Bearer " + options.APIKey}
	}
	return New(config)
}

// worthRepeating leaves out what the default would repeat in vain: a call whose context has ended. A deadline may be the caller's or the
// attempt's; which of them cannot be told here.
func worthRepeating(_ int, response *http.Response, err error) bool {
	if errors.As(err, new(lostAnswer)) || isKeyInUse(response) {
		return true
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	headers := map[string]string{}
	if response != nil && response.Request.Header.Get(keyHeader) != "" {
		headers[keyHeader] = ""
	}
	return defaultRetryOn(methodOf(response, err), headers, response, err)
}

func methodOf(response *http.Response, err error) string {
	if response != nil {
		return response.Request.Method
	}
	var failure *url.Error
	if errors.As(err, &failure) {
		return failure.Op // The method, in other case.
	}
	return ""
}

// Ptr gives a pointer to a value, for fields that may be left out.
func Ptr[T any](value T) *T {
	return &value
}
