package postmand

import (
	"encoding/json"
	"reflect"
	"strings"
	"sync"
)

// One pointer for each type: what points there is sent as null.
var defaults sync.Map

// Default gives a setting of a webhook or an event type its default: MaxConcurrency: Default[int64](), Schema: Default[any](). A setting
// that is nil is not sent, and ReplaceWebhook keeps most of those, PatchWebhook and PatchEventType all. Nothing may be written to where
// it points.
func Default[T any]() *T {
	pointer, _ := defaults.LoadOrStore(reflect.TypeFor[T](), new(T))
	return pointer.(*T)
}

// MarshalJSON leaves out what is nil, and writes null for what Default gave.
func (input WebhookInput) MarshalJSON() ([]byte, error) {
	type plain WebhookInput
	document := plain(input)
	return withNulls(&document)
}

// MarshalJSON leaves out what is nil, and writes null for what Default gave.
func (patch WebhookPatch) MarshalJSON() ([]byte, error) {
	type plain WebhookPatch
	document := plain(patch)
	return withNulls(&document)
}

// MarshalJSON leaves out what is nil, and writes null for what Default gave.
func (patch EventTypePatch) MarshalJSON() ([]byte, error) {
	type plain EventTypePatch
	document := plain(patch)
	return withNulls(&document)
}

// withNulls writes a structure, which it may change, with null for each field that Default gave.
func withNulls(structure any) ([]byte, error) {
	var nulls []string
	fields := reflect.ValueOf(structure).Elem()
	for i := range fields.NumField() {
		field := fields.Field(i)
		given := field
		if field.Kind() == reflect.Interface {
			given = field.Elem()
		}
		if given.Kind() != reflect.Pointer || given.IsNil() {
			continue
		}
		if pointer, ok := defaults.Load(given.Type().Elem()); ok && pointer == given.Interface() {
			name, _, _ := strings.Cut(fields.Type().Field(i).Tag.Get("json"), ",")
			nulls = append(nulls, name)
			field.SetZero()
		}
	}
	document, err := json.Marshal(structure)
	if err != nil || len(nulls) == 0 {
		return document, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(document, &members); err != nil {
		return nil, err
	}
	for _, name := range nulls {
		members[name] = json.RawMessage("null")
	}
	return json.Marshal(members)
}
