package ui

import (
	"net/url"
	"slices"
	"strings"
)

// Form is a form as it is shown: what was typed, and what is wrong with it.
type Form struct {
	Values url.Values
	Errors map[string]string // by field name
	Top    string            // what is wrong with the whole
}

// Value is what a field holds.
func (f Form) Value(name string) string { return f.Values.Get(name) }

// Has reports whether a field with several values holds this one.
func (f Form) Has(name, value string) bool { return slices.Contains(f.Values[name], value) }

// Error is what is wrong with a field, "" when nothing is.
func (f Form) Error(name string) string { return f.Errors[name] }

// Failed reports whether anything is wrong.
func (f Form) Failed() bool { return f.Top != "" || len(f.Errors) > 0 }

// or is the value of a field, or the default when the form is fresh.
func (f Form) or(name, otherwise string) string {
	if _, given := f.Values[name]; given {
		return f.Values.Get(name)
	}
	return otherwise
}

// Field describes an input.
type Field struct {
	Name, Label, Hint string
	Type              string // text when empty
	Default           string
	Placeholder       string
	Autocomplete      string
	Prefix, Suffix    string // shown beside the value: "$"
	Rows              int    // of a text area
	Code              bool   // a text area for code
	Optional          bool
	Depends           bool // on another choice: may be empty, but is not called optional
	Min, Max, Step    string
	MaxLength         int
	Options           []Option // of a select
	Secret            bool     // never shown again
	InputMode         string
}

func (f Field) kind() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

// describedBy names the elements that explain the field to a screen reader.
func (f Field) describedBy(form Form) string {
	var ids []string
	if form.Error(f.Name) != "" {
		ids = append(ids, "error-"+f.Name)
	}
	if f.Hint != "" {
		ids = append(ids, "hint-"+f.Name)
	}
	return strings.Join(ids, " ")
}

func (f Field) value(form Form) string {
	if f.Secret {
		return ""
	}
	return form.or(f.Name, f.Default)
}
