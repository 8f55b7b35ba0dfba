package httpapi

import (
	"encoding/json"
	"fmt"
	"iter"
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/idempotency"
	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/workspace"
)

// describeErrors gives every operation the error answer and lists the codes.
func (s *server) describeErrors() {
	doc := s.api.OpenAPI()
	schema := doc.Components.Schemas.Schema(reflect.TypeFor[ErrorBody](), true, "ErrorBody")
	codes := make([]any, 0, len(city.Codes()))
	for _, code := range city.Codes() {
		codes = append(codes, string(code))
	}
	answer := doc.Components.Schemas.Map()["ErrorAnswer"]
	answer.Properties["code"].Enum = codes
	for op := range operations(doc) {
		op.Responses["default"] = &huma.Response{
			Description: "The call had no effect; error.code says why.",
			Content:     map[string]*huma.MediaType{"application/json": {Schema: schema}},
		}
	}
}

// describeStreams says what the calls answer that write their answer by themselves.
func (s *server) describeStreams() {
	doc := s.api.OpenAPI()
	of := func(answer reflect.Type) *huma.MediaType {
		return &huma.MediaType{Schema: doc.Components.Schemas.Schema(answer, true, "")}
	}
	text := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	binary := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	answers := map[string]map[string]*huma.MediaType{
		"execCommand":              {"application/json": of(reflect.TypeFor[Envelope[sandbox.Result]]()), "text/event-stream": text},
		"readFile":                 {"application/json": of(reflect.TypeFor[Envelope[workspace.FileContent]]()), "application/octet-stream": binary},
		"streamTaskEvents":         {"text/event-stream": text},
		"downloadMonthlyStatement": {"text/csv": text},
	}
	for op := range operations(doc) {
		if content, streams := answers[op.OperationID]; streams {
			op.Responses["200"].Content = content
		}
	}
}

// aboutKeys says in the document what an Idempotency-Key does.
const aboutKeys = "Calls that change something take an Idempotency-Key, where the operation names the header: " +
	"for a day the same key with the same call and body gets the first answer, with the header Idempotency-Replayed, and does nothing again; " +
	"with another call or body, or while the first one still runs, it is refused with IDEMPOTENCY_CONFLICT. A key is its caller's own. " +
	"Answers 429 and 5xx are not kept, and refusals to make a task, an agent or a token are not either: repeat the call with the same key."

// describeKeys names the header wherever it is honoured: for callers who are known.
func (s *server) describeKeys() {
	doc := s.api.OpenAPI()
	longest := idempotency.MaxKey
	for op := range operations(doc) {
		named := slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool { return p.Name == "Idempotency-Key" })
		if named || len(op.Security) == 0 || !takesKey(op.Method, op.Path) {
			continue
		}
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: "Idempotency-Key", In: "header", Description: "The same key with the same call does it once and gets the first answer again, for a day",
			Schema: &huma.Schema{Type: huma.TypeString, MaxLength: &longest},
		})
	}
}

func operations(doc *huma.OpenAPI) iter.Seq[*huma.Operation] {
	return func(yield func(*huma.Operation) bool) {
		for _, item := range doc.Paths {
			for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
				if op != nil && !yield(op) {
					return
				}
			}
		}
	}
}

// openAPIDocument renders the document the same way every time.
func openAPIDocument(api huma.API) ([]byte, error) {
	slices.SortFunc(api.OpenAPI().Tags, func(a, b *huma.Tag) int { return slices.Compare([]byte(a.Name), []byte(b.Name)) })
	document, err := json.MarshalIndent(api.OpenAPI(), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("render OpenAPI document: %w", err)
	}
	return append(document, '\n'), nil
}
