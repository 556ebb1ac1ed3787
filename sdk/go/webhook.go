package postmand

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// WebhookVerifier verifies deliveries by their webhook-id, webhook-timestamp and webhook-signature (Standard Webhooks 1.0; signatures
// of the webhook has standard or standard_ed25519).
type WebhookVerifier struct {
	// Secrets are the secret_token of the webhook or, for standard_ed25519, its public_key. Of several, any one may have signed: while
	// a secret is replaced, or where a receiver serves more webhooks. One that is empty, or that is none, verifies nothing.
	Secrets []string
	// Tolerance is how far the time of a request may be from now, in both directions. Zero means 5 minutes.
	Tolerance time.Duration
	// Now replaces time.Now.
	Now func() time.Time
}

// VerifyWebhook tells whether a delivery is genuine and not 5 minutes away from now. See WebhookVerifier.
func VerifyWebhook(body []byte, header http.Header, secrets ...string) bool {
	return WebhookVerifier{Secrets: secrets}.Verify(body, header)
}

// Verify tells whether a delivery is genuine and recent. It takes as long for a wrong signature, wherever the difference is.
//
// body is the body as it came. One that was parsed and written again may have other bytes.
func (v WebhookVerifier) Verify(body []byte, header http.Header) bool {
	id, timestamp := header.Get("webhook-id"), header.Get("webhook-timestamp")
	// With a dot in it, the end of an id could be taken for a time, and the time for a part of the body.
	if id == "" || strings.Contains(id, ".") || !v.isRecent(timestamp) {
		return false
	}
	signed := append([]byte(id+"."+timestamp+"."), body...)
	genuine := false
	for _, signature := range strings.Split(header.Get("webhook-signature"), " ") {
		version, text, _ := strings.Cut(signature, ",")
		given, ok := bytesOfBase64(text)
		if !ok {
			continue
		}
		for _, secret := range v.Secrets {
			genuine = isBy(secret, version, given, signed) || genuine
		}
	}
	return genuine
}

func (v WebhookVerifier) isRecent(timestamp string) bool {
	if timestamp == "" || len(timestamp) > 12 || strings.Trim(timestamp, "0123456789") != "" {
		return false
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return false
	}
	now, tolerance := time.Now, 5*time.Minute
	if v.Now != nil {
		now = v.Now
	}
	if v.Tolerance != 0 {
		tolerance = v.Tolerance
	}
	return now().Sub(time.Unix(seconds, 0)).Abs() <= tolerance
}

func isBy(secret, version string, signature, signed []byte) bool {
	if text, found := strings.CutPrefix(secret, "whpk_"); found {
		key, ok := bytesOfBase64(text)
		return version == "v1a" && ok && len(key) == ed25519.PublicKeySize && ed25519.Verify(key, signed, signature)
	}
	key := []byte(secret)
	if text, found := strings.CutPrefix(secret, "whsec_"); found {
		decoded, ok := bytesOfBase64(text)
		if !ok || len(decoded) < 24 || len(decoded) > 64 {
			return false
		}
		key = decoded
	}
	if version != "v1" || len(key) == 0 {
		return false
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(signed)
	return hmac.Equal(signature, mac.Sum(nil))
}

// Base64 as it is written by everybody, with its padding (RFC 4648, section 4).
func bytesOfBase64(text string) ([]byte, bool) {
	decoded, err := base64.StdEncoding.Strict().DecodeString(text)
	return decoded, err == nil && base64.StdEncoding.EncodeToString(decoded) == text
}
