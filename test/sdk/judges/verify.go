// Verifies the requests of a file with the library of Standard Webhooks. Prints the number of genuine ones, and what it said of others.
package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"
	"strings"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

type request struct {
	Secret  string
	Headers map[string]string
	Body    []byte
}

type judgement struct {
	Genuine int      `json:"genuine"`
	Refused []string `json:"refused"`
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	check(err)
	var requests []request
	check(json.Unmarshal(text, &requests))
	found := judgement{Refused: []string{}}
	for _, one := range requests {
		header := http.Header{}
		for name, value := range one.Headers {
			header.Set(name, value)
		}
		if err := verify(one, header); err != nil {
			found.Refused = append(found.Refused, header.Get("webhook-id")+": "+err.Error())
		} else {
			found.Genuine++
		}
	}
	check(json.NewEncoder(os.Stdout).Encode(found))
}

func verify(one request, header http.Header) error {
	webhook, err := standardwebhooks.NewWebhookRaw([]byte(one.Secret))
	if strings.HasPrefix(one.Secret, "whsec_") {
		webhook, err = standardwebhooks.NewWebhook(one.Secret)
	}
	if err != nil {
		return err
	}
	return webhook.Verify(one.Body, header)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
