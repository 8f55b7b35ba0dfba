package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"aicity.dev/aicity/internal/city"
)

// form is what was typed, with what is wrong about it.
type form struct {
	values  url.Values
	errors  map[string]string
	problem string // what is wrong with the whole
	told    *[]fault

	tooLarge bool // a file was more than its field takes
}

// fault is what is wrong with a field, as its page shows it.
type fault struct {
	ID, Label, Text string
	First           bool // of the page: it gets the focus
	key             string
}

// readForm parses a posted form. Errors: PAYLOAD_TOO_LARGE, REQUEST_TIMEOUT,
// VALIDATION_ERROR.
func readForm(r *http.Request) (form, error) {
	if err := r.ParseForm(); err != nil {
		return form{}, bodyError(err)
	}
	return formOf(r.PostForm), nil
}

// bodyError says why a form could not be read.
func bodyError(err error) error {
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return city.Errorf(city.CodePayloadTooLarge, "The form is too large: this page takes %s at most.", city.Bytes(large.Limit))
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return city.Errorf(city.CodeRequestTimeout, "The form did not arrive in time. Send it again.")
	}
	return city.InvalidField("form", "cannot be read")
}

func formOf(values url.Values) form {
	return form{values: values, errors: map[string]string{}, told: new([]fault)}
}

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
	f.problem = inDollars(known.Message)
	for _, field := range known.Fields {
		f.wrong(field.Field, inDollars(field.Message))
	}
	return true
}

// wrong notes what is wrong with a field.
func (f *form) wrong(field, text string) {
	f.errors[field] = text
	if f.problem == "" {
		f.problem = text
	}
}

var inCents = regexp.MustCompile(`(\d+)(?:( to | and )(\d+))? cents`)

// inDollars writes amounts as they are typed into pages: the rules count cents.
func inDollars(text string) string {
	return inCents.ReplaceAllStringFunc(text, func(found string) string {
		parts := inCents.FindStringSubmatch(found)
		low, high := amount(parts[1]), amount(parts[3])
		if low == "" || parts[3] != "" && high == "" {
			return found
		}
		return low + parts[2] + high
	})
}

func amount(digits string) string {
	cents, err := strconv.ParseInt(digits, 10, 62)
	if err != nil {
		return ""
	}
	return city.Cents(cents).String()
}

// find returns what is wrong with the field that the rules know by one of names,
// and by which. Of a list they name the item, as in tags[2].
func (f form) find(names []string) (key, text string) {
	for _, name := range names {
		if text := f.errors[name]; text != "" {
			return name, text
		}
		for i := range maxItems {
			key := name + "[" + strconv.Itoa(i) + "]"
			if text := f.errors[key]; text != "" {
				return key, fmt.Sprintf("Item %d: %s", i+1, text)
			}
		}
	}
	return "", ""
}

// maxItems is more than any list of a form may have.
const maxItems = 100

// fault is what is wrong with the field that a page shows under id, noted for
// the page's summary. Names are those that the rules know the field by.
func (f form) fault(id, label string, names ...string) fault {
	if len(f.errors) == 0 {
		return fault{}
	}
	key, text := f.find(append(names, id))
	if text == "" {
		return fault{}
	}
	found := fault{ID: id, Label: strings.TrimSuffix(label, " ($)"), Text: text, First: len(*f.told) == 0, key: key}
	*f.told = append(*f.told, found)
	return found
}

// untold are the faults that no field of the page has shown.
func (f form) untold() []string {
	told := map[string]bool{}
	for _, x := range *f.told {
		told[listOf(x.key)] = true
	}
	var rest []string
	for _, key := range slices.Sorted(maps.Keys(f.errors)) {
		if !told[listOf(key)] {
			rest = append(rest, f.errors[key])
		}
	}
	return rest
}

// listOf is the list of an item, tags of tags[2], or the field itself.
func listOf(key string) string {
	if i := strings.LastIndexByte(key, '['); i > 0 && strings.HasSuffix(key, "]") {
		return key[:i]
	}
	return key
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
	if amount, ok := city.ParseDollars(f.get(name)); ok {
		return amount
	}
	return -1
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

// asSentence says what is wrong with a field to who has no form before them.
func asSentence(err error) string {
	known, ok := errors.AsType[*city.Error](err)
	if !ok || len(known.Fields) != 1 {
		return publicMessage(err)
	}
	return "The " + known.Fields[0].Field + " " + known.Fields[0].Message + "."
}

// described ties a field to the text below it. The first field that is wrong gets
// the focus, with that text read to those who do not see it.
func described(name, hint string, wrong fault) templ.Attributes {
	attrs := templ.Attributes{}
	if hint != "" || wrong.Text != "" {
		attrs["aria-describedby"] = name + "-hint"
	}
	if wrong.Text != "" {
		attrs["aria-invalid"], attrs["autofocus"] = "true", wrong.First
	}
	return attrs
}

// checked shows what is wrong with a form above its fields, which are rendered
// first: they know their names.
func checked(f form) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		var fields bytes.Buffer
		children := templ.GetChildren(ctx)
		ctx = templ.ClearChildren(ctx)
		if err := children.Render(ctx, &fields); err != nil {
			return err
		}
		if err := problem(f).Render(ctx, w); err != nil {
			return err
		}
		_, err := fields.WriteTo(w)
		return err
	})
}

// options are values that are their own labels.
func options[T ~string](values []T) []option {
	list := make([]option, len(values))
	for i, v := range values {
		list[i] = option{string(v), string(v)}
	}
	return list
}
