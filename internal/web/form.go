package web

import (
	"errors"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"aicity.dev/aicity/internal/city"
)

// form is what was typed, with what is wrong about it.
type form struct {
	values  url.Values
	errors  map[string]string
	problem string // what is wrong with the whole
}

// readForm parses a posted form. Errors: PAYLOAD_TOO_LARGE, VALIDATION_ERROR.
func readForm(r *http.Request) (form, error) {
	if err := r.ParseForm(); err != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			return form{}, city.Errorf(city.CodePayloadTooLarge, "The form is too large.")
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return form{}, city.Errorf(city.CodeRequestTimeout, "The form did not arrive in time. Send it again.")
		}
		return form{}, city.InvalidField("form", "cannot be read")
	}
	return formOf(r.PostForm), nil
}

func formOf(values url.Values) form { return form{values: values, errors: map[string]string{}} }

// get is a field without the space around it.
func (f form) get(name string) string { return strings.TrimSpace(f.values.Get(name)) }

// has reports whether a checkbox of this value is set.
func (f form) has(name, value string) bool { return slices.Contains(f.values[name], value) }

// sent reports whether the form had a field.
func (f form) sent(name string) bool { _, ok := f.values[name]; return ok }

// rename moves what is wrong with a field to another one.
func (f form) rename(from, to string) {
	if text, ok := f.errors[from]; ok {
		delete(f.errors, from)
		f.errors[to] = text
	}
}

// refused reports whether err is about what was typed; it then becomes part of
// the form. Anything else is the caller's to return.
func (f *form) refused(err error) bool {
	known, ok := errors.AsType[*city.Error](err)
	if !ok || known.Code == city.CodeInternal {
		return false
	}
	f.problem = known.Message
	for _, field := range known.Fields {
		f.errors[field.Field] = field.Message
	}
	return true
}

// err is what is wrong with a field, "" when nothing is.
func (f form) err(names ...string) string {
	for _, name := range names {
		if text := f.errors[name]; text != "" {
			return text
		}
	}
	return ""
}

// list splits a field at commas.
func (f form) list(name string) []string { return items(strings.Split(f.get(name), ",")) }

// lines splits a field at line ends.
func (f form) lines(name string) []string { return items(strings.Split(f.get(name), "\n")) }

func items(parts []string) []string {
	var list []string
	for _, part := range parts {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

// dollars reads an amount like "12.50" as cents; what is no amount is -1, which
// every rule refuses.
func (f form) dollars(name string) city.Cents {
	whole, fraction, found := strings.Cut(strings.TrimPrefix(f.get(name), "$"), ".")
	switch {
	case !found:
		fraction = "00"
	case len(fraction) == 1:
		fraction += "0"
	}
	if len(fraction) != 2 || whole == "" || len(whole) > 12 {
		return -1
	}
	cents, err := strconv.ParseUint(whole+fraction, 10, 62)
	if err != nil {
		return -1
	}
	return city.Cents(cents)
}

// count reads a number that may be left out, as 0; what is no number is -1,
// which every rule refuses.
func (f form) count(name string) int {
	if f.get(name) == "" {
		return 0
	}
	return f.number(name, -1)
}

func (f form) number(name string, fallback int) int {
	n, err := strconv.Atoi(f.get(name))
	if err != nil {
		return fallback
	}
	return n
}

func publicMessage(err error) string {
	if known, ok := errors.AsType[*city.Error](err); ok {
		return known.Message
	}
	return "Something went wrong on our side."
}
