package httpapi_test

import (
	"encoding/json"
	"os"
	"testing"
)

// Whoever reads the document is told what each field and each parameter means.
func TestEveryFieldIsExplained(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	type described struct{ Name, Description string }
	var doc struct {
		Paths      map[string]map[string]struct{ Parameters []described }
		Components struct {
			Schemas map[string]struct{ Properties map[string]described }
		}
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	fields := 0
	for name, schema := range doc.Components.Schemas {
		for field, property := range schema.Properties {
			if fields++; property.Description == "" {
				t.Errorf("%s.%s is not explained: give it a doc tag, or a line in fielddocs.go", name, field)
			}
		}
	}
	for path, methods := range doc.Paths {
		for method, operation := range methods {
			for _, p := range operation.Parameters {
				if fields++; p.Description == "" {
					t.Errorf("%s %s: parameter %s is not explained", method, path, p.Name)
				}
			}
		}
	}
	if fields < 500 {
		t.Errorf("only %d fields were found", fields)
	}
}
