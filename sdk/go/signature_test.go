package postmand

import (
	"encoding/json"
	"os"
	"testing"
)

type vector struct {
	Name       string
	Secret     string
	Body       *string
	BodyBase64 []byte `json:"body_base64"`
	Signature  *string
	Valid      bool
}

func TestVectors(t *testing.T) {
	text, err := os.ReadFile("../vectors.json")
	if err != nil {
		t.Skip("vectors.json is part of a checkout only")
	}
	var vectors []vector
	if err := json.Unmarshal(text, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) <= 20 {
		t.Fatalf("%d vectors", len(vectors))
	}
	for _, v := range vectors {
		t.Run(v.Name, func(t *testing.T) {
			body, header := v.BodyBase64, ""
			if v.Body != nil {
				body = []byte(*v.Body)
			}
			if v.Signature != nil {
				header = *v.Signature
			}
			if VerifySignature(body, header, v.Secret) != v.Valid {
				t.Errorf("want %t", v.Valid)
			}
		})
	}
}
