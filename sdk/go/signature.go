package postmand

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// VerifySignature tells whether a delivery is genuine: whether header, its X-Hub-Signature, is the HMAC-SHA256 of body under the
// webhook's secret_token. It takes as long for a wrong signature, wherever the difference is.
//
// body is the body as it came. One that was parsed and written again may have other bytes. An empty secret verifies nothing.
func VerifySignature(body []byte, header, secret string) bool {
	if secret == "" {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	expected := hex.EncodeToString(mac.Sum(nil))
	return hmac.Equal([]byte(header), []byte(expected))
}
