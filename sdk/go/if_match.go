package postmand

import (
	"context"
	"net/http"
)

type ifMatchKey struct{}

// WithIfMatch makes ReplaceWebhook, PatchWebhook and DeleteWebhook conditional: they are refused with CodePreconditionFailed where
// the settings of the webhook are no longer those of this ETag, which the …WithHeaders methods give.
func WithIfMatch(ctx context.Context, etag string) context.Context {
	return context.WithValue(ctx, ifMatchKey{}, etag)
}

func addIfMatch(request *http.Request) {
	if etag, ok := request.Context().Value(ifMatchKey{}).(string); ok {
		request.Header.Set("If-Match", etag)
	}
}
