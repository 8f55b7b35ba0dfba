package web_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// page is an answer as a browser without JavaScript has it: its forms are found
// by their buttons, their fields by their labels, and what is hidden is sent
// along.
type page struct {
	answer
	t    *testing.T
	from *visitor
	root *html.Node
}

func (v *visitor) show(a answer) *page {
	v.t.Helper()
	root, err := html.Parse(strings.NewReader(a.body))
	if err != nil {
		v.t.Fatal(err)
	}
	return &page{answer: a, t: v.t, from: v, root: root}
}

func (v *visitor) open(path string) *page {
	v.t.Helper()
	return v.show(v.get(path))
}

// says fails unless the page has the status and shows every text.
func (p *page) says(status int, texts ...string) *page {
	p.t.Helper()
	p.want(p.t, status, texts...)
	return p
}

// follow opens the page that a link leads to.
func (p *page) follow(link string) *page {
	p.t.Helper()
	for _, a := range all(p.root, "a") {
		if textOf(a) == link {
			return p.from.open(attr(a, "href"))
		}
	}
	p.t.Fatalf("%s has no link %q", p.path, link)
	return nil
}

// filled is a form being filled in.
type filled struct {
	page    *page
	node    *html.Node
	button  *html.Node
	entries []entry
}

type entry struct {
	node        *html.Node
	name, value string
	file        []byte // of a file, whose name is the value
}

// form finds the form with a button of this name, as it is before anything is
// filled in.
func (p *page) form(button string) *filled {
	p.t.Helper()
	for _, form := range all(p.root, "form") {
		for _, b := range all(form, "button") {
			if textOf(b) == button || attr(b, "aria-label") == button {
				f := &filled{page: p, node: form, button: b}
				f.read()
				return f
			}
		}
	}
	p.t.Fatalf("%s has no form with the button %q", p.path, button)
	return nil
}

// read takes the fields as the page has them.
func (f *filled) read() {
	for _, n := range all(f.node, "input", "select", "textarea") {
		e := entry{node: n, name: attr(n, "name"), value: attr(n, "value")}
		switch kind := attr(n, "type"); {
		case n.Data == "textarea":
			e.value = strings.TrimPrefix(rawText(n), "\n")
		case n.Data == "select":
			e.value = chosen(n)
		case kind == "checkbox" || kind == "radio":
			if !has(n, "checked") {
				continue
			}
		}
		f.entries = append(f.entries, e)
	}
}

func chosen(list *html.Node) string {
	options := all(list, "option")
	for _, o := range options {
		if has(o, "selected") {
			return attr(o, "value")
		}
	}
	if len(options) == 0 {
		return ""
	}
	return attr(options[0], "value")
}

// labelled is the field with this label.
func (f *filled) labelled(label string) *html.Node {
	f.page.t.Helper()
	for _, l := range all(f.node, "label") {
		if textOf(l) != label && !strings.HasPrefix(textOf(l), label+" ") {
			continue
		}
		if inside := all(l, "input", "select", "textarea"); len(inside) > 0 {
			return inside[0]
		}
		for _, n := range all(f.node, "input", "select", "textarea") {
			if attr(n, "id") == attr(l, "for") {
				return n
			}
		}
	}
	f.page.t.Fatalf("the form on %s has no field %q", f.page.path, label)
	return nil
}

// set writes into a field; of a list it takes the line that begins so.
func (f *filled) set(label, value string) *filled {
	f.page.t.Helper()
	n := f.labelled(label)
	if n.Data == "select" {
		options := all(n, "option")
		i := slices.IndexFunc(options, func(o *html.Node) bool { return strings.HasPrefix(textOf(o), value) })
		if i < 0 {
			f.page.t.Fatalf("%q has no line %q", label, value)
		}
		value = attr(options[i], "value")
	}
	f.entry(n).value = value
	return f
}

// tick chooses a box or one of several.
func (f *filled) tick(label string) *filled {
	f.page.t.Helper()
	n := f.labelled(label)
	if attr(n, "type") == "radio" {
		f.entries = slices.DeleteFunc(f.entries, func(e entry) bool { return e.name == attr(n, "name") })
	}
	f.entry(n).value = attr(n, "value")
	return f
}

// attach chooses a file.
func (f *filled) attach(label, name string, content []byte) *filled {
	f.page.t.Helper()
	e := f.entry(f.labelled(label))
	e.value, e.file = name, content
	return f
}

// entry is what a field sends, made where the page has none; in the page's order.
func (f *filled) entry(n *html.Node) *entry {
	if i := slices.IndexFunc(f.entries, func(e entry) bool { return e.node == n }); i >= 0 {
		return &f.entries[i]
	}
	order := all(f.node, "input", "select", "textarea")
	at := slices.Index(order, n)
	i := slices.IndexFunc(f.entries, func(e entry) bool { return slices.Index(order, e.node) > at })
	if i < 0 {
		i = len(f.entries)
	}
	f.entries = slices.Insert(f.entries, i, entry{node: n, name: attr(n, "name")})
	return &f.entries[i]
}

// send presses the button.
func (f *filled) send() *page {
	f.page.t.Helper()
	target := attr(f.node, "action")
	if target == "" {
		target = f.page.path
	}
	if name := attr(f.button, "name"); name != "" {
		f.entries = append(f.entries, entry{name: name, value: attr(f.button, "value")})
	}
	if strings.ToLower(attr(f.node, "method")) != "post" {
		return f.page.from.open(target + "?" + f.values().Encode())
	}
	body, kind := []byte(f.values().Encode()), "application/x-www-form-urlencoded"
	if attr(f.node, "enctype") == "multipart/form-data" {
		body, kind = f.parts()
	}
	r, err := http.NewRequestWithContext(f.page.t.Context(), http.MethodPost, f.page.from.base+target, bytes.NewReader(body))
	if err != nil {
		f.page.t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Origin", f.page.from.base)
	r.Header.Set("Referer", f.page.from.base+f.page.path)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return f.page.from.show(f.page.from.do(r))
}

func (f *filled) values() url.Values {
	values := url.Values{}
	for _, e := range f.entries {
		if e.name != "" {
			values.Add(e.name, e.value)
		}
	}
	return values
}

func (f *filled) parts() (body []byte, kind string) {
	f.page.t.Helper()
	var buffer bytes.Buffer
	w := multipart.NewWriter(&buffer)
	for _, e := range f.entries {
		header := textproto.MIMEHeader{"Content-Disposition": {multipart.FileContentDisposition(e.name, e.value)}, "Content-Type": {"application/octet-stream"}}
		content := e.file
		if e.node == nil || attr(e.node, "type") != "file" {
			header, content = textproto.MIMEHeader{"Content-Disposition": {`form-data; name="` + e.name + `"`}}, []byte(e.value)
		}
		part, err := w.CreatePart(header)
		if err == nil {
			_, err = part.Write(content)
		}
		if err != nil {
			f.page.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		f.page.t.Fatal(err)
	}
	return buffer.Bytes(), w.FormDataContentType()
}

// unlabelled are the fields of the page's forms that nobody can name.
func (p *page) unlabelled() []string {
	labels := map[string]bool{}
	for _, l := range all(p.root, "label") {
		labels[attr(l, "for")] = true
	}
	var found []string
	for _, n := range all(p.root, "input", "select", "textarea") {
		inLabel := false
		for up := n.Parent; up != nil; up = up.Parent {
			inLabel = inLabel || up.Data == "label"
		}
		if attr(n, "type") != "hidden" && !inLabel && !labels[attr(n, "id")] {
			found = append(found, attr(n, "name"))
		}
	}
	return found
}

// all finds the elements of these names below a node, in the page's order.
func all(root *html.Node, names ...string) []*html.Node {
	var found []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && slices.Contains(names, n.Data) {
			found = append(found, n)
		}
	}
	return found
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

// textOf is what an element says, with single spaces.
func textOf(n *html.Node) string { return strings.Join(strings.Fields(rawText(n)), " ") }

func rawText(n *html.Node) string {
	var text strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			_, _ = io.WriteString(&text, d.Data)
		}
	}
	return text.String()
}
