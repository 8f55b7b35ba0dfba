package httpapi

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"aicity.dev/aicity/internal/city"
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
	for _, item := range doc.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op == nil {
				continue
			}
			op.Responses["default"] = &huma.Response{
				Description: "The call had no effect; error.code says why.",
				Content:     map[string]*huma.MediaType{"application/json": {Schema: schema}},
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
