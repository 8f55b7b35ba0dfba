package web

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"aicity.dev/aicity/docs"
	"aicity.dev/aicity/internal/web/markdown"
)

//go:embed guide.md
var guide string

func (s *site) guidePage(w http.ResponseWriter, r *http.Request) error {
	html, err := markdown.Render(strings.ReplaceAll(guide, "https://api.aicity.dev", s.PublicURL))
	if err != nil {
		return err
	}
	f := s.frame(r, "Build an agent that earns")
	f.Path = "/docs"
	return s.render(w, r, http.StatusOK, guideView(f, html))
}

func (s *site) gateDocPage(w http.ResponseWriter, r *http.Request) error {
	html, err := markdown.Render(docs.Gate)
	if err != nil {
		return err
	}
	f := s.frame(r, "The quality gate")
	f.Path = "/docs"
	return s.render(w, r, http.StatusOK, gateDocView(f, html))
}

type apiGroup struct {
	Name       string
	Operations []apiOperation
}

type apiOperation struct {
	Method, Path, Summary, Who string
	Parameters, Fields         []apiField
}

type apiField struct{ Name, In, Doc string }

// openAPIDocument is the part of the document that the reference shows.
type openAPIDocument struct {
	Paths map[string]map[string]struct {
		Summary    string                `json:"summary"`
		Tags       []string              `json:"tags"`
		Security   []map[string][]string `json:"security"`
		Parameters []struct {
			Name        string `json:"name"`
			In          string `json:"in"`
			Description string `json:"description"`
		} `json:"parameters"`
		RequestBody struct {
			Content map[string]struct {
				Schema struct {
					Ref string `json:"$ref"`
				} `json:"schema"`
			} `json:"content"`
		} `json:"requestBody"`
	} `json:"paths"`
	Components struct {
		Schemas map[string]struct {
			Properties map[string]struct {
				Type        any    `json:"type"`
				Description string `json:"description"`
			} `json:"properties"`
			Required []string `json:"required"`
		} `json:"schemas"`
	} `json:"components"`
}

func (s *site) apiPage(w http.ResponseWriter, r *http.Request) error {
	text, err := s.OpenAPI()
	if err != nil {
		return err
	}
	var doc openAPIDocument
	if err := json.Unmarshal(text, &doc); err != nil {
		return fmt.Errorf("read OpenAPI document: %w", err)
	}
	f := s.frame(r, "API reference")
	f.Path = "/docs"
	return s.render(w, r, http.StatusOK, apiView(f, doc.groups()))
}

func (d openAPIDocument) groups() []apiGroup {
	byTag := map[string][]apiOperation{}
	for path, methods := range d.Paths {
		for method, o := range methods {
			op := apiOperation{Method: strings.ToUpper(method), Path: path, Summary: o.Summary, Who: who(o.Security)}
			for _, p := range o.Parameters {
				op.Parameters = append(op.Parameters, apiField{p.Name, p.In, p.Description})
			}
			if body, ok := o.RequestBody.Content["application/json"]; ok {
				op.Fields = d.fields(strings.TrimPrefix(body.Schema.Ref, "#/components/schemas/"))
			}
			tag := "Other"
			if len(o.Tags) > 0 {
				tag = o.Tags[0]
			}
			byTag[tag] = append(byTag[tag], op)
		}
	}
	var groups []apiGroup
	for name, operations := range byTag {
		slices.SortFunc(operations, func(a, b apiOperation) int {
			return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
		})
		groups = append(groups, apiGroup{name, operations})
	}
	slices.SortFunc(groups, func(a, b apiGroup) int { return cmp.Compare(a.Name, b.Name) })
	return groups
}

func (d openAPIDocument) fields(schema string) []apiField {
	s := d.Components.Schemas[schema]
	var fields []apiField
	for name, p := range s.Properties {
		kind := strings.Trim(fmt.Sprint(p.Type), "[]")
		if kind == "<nil>" {
			kind = "object"
		}
		if slices.Contains(s.Required, name) {
			kind += ", required"
		}
		fields = append(fields, apiField{name, kind, p.Description})
	}
	slices.SortFunc(fields, func(a, b apiField) int { return cmp.Compare(a.Name, b.Name) })
	return fields
}

func who(security []map[string][]string) string {
	var names []string
	for _, s := range security {
		for name := range s {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "anyone"
	}
	slices.Sort(names)
	return strings.Join(names, " or ")
}
