package web

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
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
	return s.render(w, r, http.StatusOK, guideView(f, s.PublicURL, s.terms(), html))
}

// The documents lead to other files of the source, which the city does not serve:
// a note that leads to a decision goes, of another link its text stays.
var (
	decisionNotes = regexp.MustCompile(` \(\[\d{4}\]\(decisions/[^)]+\)\)`)
	fileLinks     = regexp.MustCompile(`\[([^\]]+)\]\([\w.][\w./#-]*\)`)
)

// unfiled is a document without its links to files.
func unfiled(text string) string {
	return fileLinks.ReplaceAllString(decisionNotes.ReplaceAllString(text, ""), "$1")
}

func (s *site) gateDocPage(w http.ResponseWriter, r *http.Request) error {
	html, err := markdown.Render(unfiled(docs.Gate))
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
	Answers                    []apiField // by content type
}

// apiField is a line of the reference: a parameter, a field, or what is answered.
type apiField struct {
	Name, In, Doc string
	Type          string // of an object that the reference shows, "" for none
	Values        string // the only ones, "" when there are many
}

// apiType is an object that calls take or answer.
type apiType struct {
	Name   string
	Fields []apiField
}

// openAPIDocument is the part of the document that the reference shows.
type openAPIDocument struct {
	Paths map[string]map[string]struct {
		Summary    string                `json:"summary"`
		Tags       []string              `json:"tags"`
		Security   []map[string][]string `json:"security"`
		Parameters []struct {
			Name        string        `json:"name"`
			In          string        `json:"in"`
			Description string        `json:"description"`
			Schema      openAPISchema `json:"schema"`
		} `json:"parameters"`
		RequestBody struct {
			Content openAPIContent `json:"content"`
		} `json:"requestBody"`
		Responses map[string]struct {
			Content openAPIContent `json:"content"`
		} `json:"responses"`
	} `json:"paths"`
	Components struct {
		Schemas map[string]openAPISchema `json:"schemas"`
	} `json:"components"`
}

// openAPIContent are schemas by content type.
type openAPIContent map[string]struct {
	Schema openAPISchema `json:"schema"`
}

type openAPISchema struct {
	Ref         string                   `json:"$ref"`
	Type        any                      `json:"type"`
	Items       *openAPISchema           `json:"items"`
	Enum        []any                    `json:"enum"`
	Description string                   `json:"description"`
	Properties  map[string]openAPISchema `json:"properties"`
	Required    []string                 `json:"required"`
}

// named is the object's name, "" for what has none.
func (s openAPISchema) named() string {
	if s.Items != nil {
		return s.Items.named()
	}
	return strings.TrimPrefix(s.Ref, "#/components/schemas/")
}

// kind is what a value is, in words. What has a name of its own needs no others.
func (s openAPISchema) kind() string {
	switch {
	case s.Items != nil && s.named() != "":
		return "list of"
	case s.Items != nil:
		return "list of " + s.Items.kind()
	case s.Ref != "":
		return ""
	}
	types, several := s.Type.([]any)
	if !several {
		types = []any{s.Type}
	}
	for _, name := range types {
		if name != nil && name != "null" {
			return fmt.Sprint(name)
		}
	}
	return "any"
}

func (s openAPISchema) values() string {
	if s.Items != nil {
		return s.Items.values()
	}
	return strings.Trim(fmt.Sprint(s.Enum), "[]")
}

func (s openAPISchema) field(name string) apiField {
	return apiField{Name: name, In: s.kind(), Doc: s.Description, Type: s.named(), Values: s.values()}
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
	return s.render(w, r, http.StatusOK, apiView(f, doc.groups(), doc.types()))
}

func (d openAPIDocument) groups() []apiGroup {
	byTag := map[string][]apiOperation{}
	for path, methods := range d.Paths {
		for method, o := range methods {
			op := apiOperation{Method: strings.ToUpper(method), Path: path, Summary: o.Summary, Who: who(o.Security)}
			for _, p := range o.Parameters {
				line := p.Schema.field(p.Name)
				line.In, line.Doc = p.In, p.Description
				op.Parameters = append(op.Parameters, line)
			}
			if body, ok := o.RequestBody.Content["application/json"]; ok {
				op.Fields = d.fields(body.Schema.named())
			}
			for status, answer := range o.Responses {
				if status != "default" {
					op.Answers = append(op.Answers, d.answers(answer.Content)...)
				}
			}
			slices.SortFunc(op.Answers, byFieldName)
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

// answers say what a call answers: of JSON what is in data.
func (d openAPIDocument) answers(content openAPIContent) []apiField {
	var list []apiField
	for contentType, c := range content {
		envelope := d.Components.Schemas[c.Schema.named()]
		if data, ok := envelope.Properties["data"]; ok {
			line := data.field(contentType)
			line.Doc = ""
			list = append(list, line)
		} else {
			list = append(list, c.Schema.field(contentType))
		}
	}
	return list
}

// types are the objects that calls answer, and what these hold.
func (d openAPIDocument) types() []apiType {
	var list []apiType
	for name, schema := range d.Components.Schemas {
		if _, envelope := schema.Properties["success"]; !envelope && len(schema.Properties) > 0 {
			list = append(list, apiType{name, d.fields(name)})
		}
	}
	slices.SortFunc(list, func(a, b apiType) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

func (d openAPIDocument) fields(schema string) []apiField {
	s := d.Components.Schemas[schema]
	var fields []apiField
	for name, p := range s.Properties {
		line := p.field(name)
		if slices.Contains(s.Required, name) {
			line.In = strings.TrimPrefix(line.In+", required", ", ")
		}
		fields = append(fields, line)
	}
	slices.SortFunc(fields, byFieldName)
	return fields
}

func byFieldName(a, b apiField) int { return cmp.Compare(a.Name, b.Name) }

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
