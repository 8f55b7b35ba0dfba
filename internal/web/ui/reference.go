package ui

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// ReferencePage is the API, made readable.
type ReferencePage struct {
	Page
	Reference Reference
}

// Reference is an OpenAPI document as a page shows it.
type Reference struct {
	Server string
	Groups []OperationGroup
	Codes  []string // every error code
}

// OperationGroup is the operations of one tag.
type OperationGroup struct {
	Name       string
	Operations []Operation
}

// Operation is one call.
type Operation struct {
	ID, Method, Path, Summary string
	Callers                   []string // who may call: owner, agent, or nobody in particular
	Parameters                []Param
	Body                      []Param
	BodyType                  string // of bodies that are not JSON
	Answer                    []Param
	AnswerStatus              string
}

// Param is a field of a request or an answer; Depth indents nested ones.
type Param struct {
	Name, In, Type, Text string
	Required             bool
	Depth                int
}

// openAPI is the part of the document that the page reads.
type openAPI struct {
	Servers []struct {
		URL string `json:"url"`
	} `json:"servers"`
	Paths      map[string]map[string]openOperation `json:"paths"`
	Components struct {
		Schemas map[string]*schema `json:"schemas"`
	} `json:"components"`
}

type openOperation struct {
	ID         string                `json:"operationId"`
	Summary    string                `json:"summary"`
	Tags       []string              `json:"tags"`
	Security   []map[string][]string `json:"security"`
	Parameters []struct {
		Name        string  `json:"name"`
		In          string  `json:"in"`
		Description string  `json:"description"`
		Required    bool    `json:"required"`
		Schema      *schema `json:"schema"`
	} `json:"parameters"`
	RequestBody struct {
		Content map[string]media `json:"content"`
	} `json:"requestBody"`
	Responses map[string]struct {
		Content map[string]media `json:"content"`
	} `json:"responses"`
}

type media struct {
	Schema *schema `json:"schema"`
}

type schema struct {
	Ref         string             `json:"$ref"`
	Type        typeNames          `json:"type"`
	Format      string             `json:"format"`
	Description string             `json:"description"`
	Enum        []any              `json:"enum"`
	Items       *schema            `json:"items"`
	Properties  map[string]*schema `json:"properties"`
	Required    []string           `json:"required"`
}

// typeNames reads "string" and ["string","null"] alike.
type typeNames []string

// UnmarshalJSON accepts both forms of OpenAPI 3.1.
func (t *typeNames) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*t = typeNames{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(t))
}

// ParseReference reads an OpenAPI document.
func ParseReference(document []byte) (Reference, error) {
	var doc openAPI
	if err := json.Unmarshal(document, &doc); err != nil {
		return Reference{}, fmt.Errorf("read OpenAPI document: %w", err)
	}
	var ref Reference
	if len(doc.Servers) > 0 {
		ref.Server = doc.Servers[0].URL
	}
	groups := map[string]*OperationGroup{}
	for path, item := range doc.Paths {
		for method, op := range item {
			name := "Other"
			if len(op.Tags) > 0 {
				name = op.Tags[0]
			}
			if groups[name] == nil {
				groups[name] = &OperationGroup{Name: name}
			}
			groups[name].Operations = append(groups[name].Operations, doc.operation(strings.ToUpper(method), path, op))
		}
	}
	for _, g := range groups {
		slices.SortFunc(g.Operations, func(a, b Operation) int {
			return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(methodOrder(a.Method), methodOrder(b.Method)))
		})
		ref.Groups = append(ref.Groups, *g)
	}
	slices.SortFunc(ref.Groups, func(a, b OperationGroup) int {
		return cmp.Or(cmp.Compare(groupOrder(a.Name), groupOrder(b.Name)), cmp.Compare(a.Name, b.Name))
	})
	ref.Codes = doc.errorCodes()
	return ref, nil
}

// groupOrder is the order of the guide; what it does not name comes last.
func groupOrder(name string) int {
	order := []string{"Auth", "Account", "Agents", "Tasks", "Work", "Sandbox", "Vault", "Webhooks"}
	if i := slices.Index(order, name); i >= 0 {
		return i
	}
	return len(order)
}

func methodOrder(method string) int {
	return slices.Index([]string{"GET", "POST", "PUT", "PATCH", "DELETE"}, method)
}

func (d openAPI) operation(method, path string, op openOperation) Operation {
	out := Operation{ID: op.ID, Method: method, Path: path, Summary: op.Summary}
	for _, way := range op.Security {
		for name := range way {
			out.Callers = append(out.Callers, name)
		}
	}
	slices.Sort(out.Callers)
	for _, p := range op.Parameters {
		out.Parameters = append(out.Parameters, Param{Name: p.Name, In: p.In, Type: d.typeOf(p.Schema), Text: p.Description, Required: p.Required})
	}
	for kind, content := range op.RequestBody.Content {
		if kind == "application/json" {
			out.Body = d.fields(content.Schema, 0)
		} else {
			out.BodyType = kind
		}
	}
	for _, status := range []string{"200", "201", "202"} {
		answer, ok := op.Responses[status]
		if !ok {
			continue
		}
		out.AnswerStatus = status
		if content, ok := answer.Content["application/json"]; ok {
			out.Answer = d.data(content.Schema)
		}
	}
	return out
}

// data is what an answer's envelope holds.
func (d openAPI) data(s *schema) []Param {
	s = d.resolve(s)
	if s == nil {
		return nil
	}
	if inner, ok := s.Properties["data"]; ok {
		return d.fields(inner, 0)
	}
	return d.fields(s, 0)
}

func (d openAPI) resolve(s *schema) *schema {
	if s == nil || s.Ref == "" {
		return s
	}
	return d.Components.Schemas[strings.TrimPrefix(s.Ref, "#/components/schemas/")]
}

// maxDepth bounds how deep fields of fields are listed.
const maxDepth = 2

// fields lists the properties of an object, or of the objects in a list.
func (d openAPI) fields(s *schema, depth int) []Param {
	s = d.resolve(s)
	if s != nil && s.Items != nil {
		s = d.resolve(s.Items)
	}
	if s == nil || depth > maxDepth {
		return nil
	}
	names := make([]string, 0, len(s.Properties))
	for name := range s.Properties {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(-compareBool(slices.Contains(s.Required, a), slices.Contains(s.Required, b)), cmp.Compare(a, b))
	})
	var list []Param
	for _, name := range names {
		p := s.Properties[name]
		list = append(list, Param{
			Name: name, Type: d.typeOf(p), Text: p.Description, Required: slices.Contains(s.Required, name), Depth: depth,
		})
		list = append(list, d.fields(p, depth+1)...)
	}
	return list
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}

func (d openAPI) typeOf(s *schema) string {
	real := d.resolve(s)
	if real == nil {
		return ""
	}
	if len(real.Enum) > 0 && len(real.Enum) <= 8 {
		words := make([]string, len(real.Enum))
		for i, e := range real.Enum {
			words[i] = fmt.Sprint(e)
		}
		return strings.Join(words, " | ")
	}
	names := slices.DeleteFunc(slices.Clone(real.Type), func(n string) bool { return n == "null" })
	switch name := strings.Join(names, " | "); {
	case name == "array":
		return "list of " + orText(d.typeOf(real.Items), "any")
	case real.Format == "date-time":
		return "time"
	default:
		return name
	}
}

func (d openAPI) errorCodes() []string {
	answer := d.Components.Schemas["ErrorAnswer"]
	if answer == nil || answer.Properties["code"] == nil {
		return nil
	}
	var codes []string
	for _, c := range answer.Properties["code"].Enum {
		codes = append(codes, fmt.Sprint(c))
	}
	return codes
}

func (o Operation) anchor() string { return orText(o.ID, strings.ToLower(o.Method)+o.Path) }

func (o Operation) callers() string {
	if len(o.Callers) == 0 {
		return "anyone"
	}
	return strings.Join(o.Callers, " or ")
}
