package postmand

import (
	"encoding/json"
	"net/http"
	"os"
	"testing"
	"time"
)

type webhookVector struct {
	Name             string
	Secret           secrets
	Body             *string
	BodyBase64       []byte `json:"body_base64"`
	Headers          map[string]string
	Now              int64
	ToleranceSeconds int64 `json:"tolerance_seconds"`
	Valid            bool
}

// A string, or several.
type secrets []string

func (s *secrets) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*s = []string{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(s))
}

func TestWebhookVectors(t *testing.T) {
	vectors := webhookVectors(t)
	if len(vectors) <= 70 {
		t.Fatalf("%d vectors", len(vectors))
	}
	for _, v := range vectors {
		t.Run(v.Name, func(t *testing.T) {
			body := v.BodyBase64
			if v.Body != nil {
				body = []byte(*v.Body)
			}
			verifier := WebhookVerifier{
				Secrets:   v.Secret,
				Tolerance: time.Duration(v.ToleranceSeconds) * time.Second,
				Now:       func() time.Time { return time.Unix(v.Now, 0) },
			}
			if verifier.Verify(body, v.header()) != v.Valid {
				t.Errorf("want %t", v.Valid)
			}
		})
	}
}

func TestWebhookOfYearsAgo(t *testing.T) {
	published := webhookVectors(t)[0]
	if VerifyWebhook([]byte(*published.Body), published.header(), published.Secret...) {
		t.Error("it must be judged by the present time")
	}
}

func (v webhookVector) header() http.Header {
	header := http.Header{}
	for name, value := range v.Headers {
		header.Set(name, value)
	}
	return header
}

func webhookVectors(t *testing.T) (vectors []webhookVector) {
	text, err := os.ReadFile("../webhook-vectors.json")
	if err != nil {
		t.Skip("webhook-vectors.json is part of a checkout only")
	}
	if err := json.Unmarshal(text, &vectors); err != nil {
		t.Fatal(err)
	}
	return vectors
}
