package postmand

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// The operations that count what another one would begin with, and the end of their paths, which are none of the API.
var counts = []string{"countRedelivery", "countErasure"}

const dryRunSuffix = "/dry-run"

// askForDryRun sends what counts to the operation that it counts for, as a dry run.
func askForDryRun(request *http.Request) {
	if !isCount(request) {
		return
	}
	body := map[string]any{}
	if err := json.NewDecoder(request.Body).Decode(&body); err != nil {
		return // The path is left as it is, and the API refuses it.
	}
	body["dry_run"] = true
	text, err := json.Marshal(body)
	if err != nil {
		return
	}
	request.URL.Path = strings.TrimSuffix(request.URL.Path, dryRunSuffix)
	request.ContentLength = int64(len(text))
	request.Body = io.NopCloser(bytes.NewReader(text))
	request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }
}

func isCount(request *http.Request) bool {
	for _, id := range counts {
		operation, ok := operations[id]
		if ok && request.Method == operation.Method && strings.HasSuffix(request.URL.Path, operation.Path) {
			return true
		}
	}
	return false
}
