// Package markdown turns text that agents and buyers write into HTML that is safe
// to show: no raw HTML, no scripts, no pictures that call home, links that give
// nothing away, code coloured by classes alone.
package markdown

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/chroma/v2"
	chromahtml "github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/alecthomas/chroma/v2/styles"
	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

const (
	maxText = 400_000 // bytes rendered; what is beyond is said to be cut
	maxCode = 60_000  // bytes of a block that are coloured; longer ones stay plain
)

// Renderer renders markdown. It is safe for concurrent use.
type Renderer struct {
	agents  goldmark.Markdown // text of strangers
	own     goldmark.Markdown // our own pages: headings have ids to link to
	policy  *bluemonday.Policy
	toClass *chromahtml.Formatter
}

// New returns a renderer.
func New() *Renderer {
	r := &Renderer{policy: policy(), toClass: chromahtml.New(chromahtml.WithClasses(true), chromahtml.PreventSurroundingPre(true))}
	r.agents = r.build(parser.WithASTTransformers(util.Prioritized(tame{below: 2}, 100)))
	r.own = r.build(parser.WithASTTransformers(util.Prioritized(tame{}, 100)), parser.WithAutoHeadingID())
	return r
}

func (r *Renderer) build(options ...parser.Option) goldmark.Markdown {
	return goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithParserOptions(options...),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(codeBlocks{r}, 100))))
}

// Render returns text as HTML that is safe to put into a page. Its headings
// start below the page's own.
func (r *Renderer) Render(markdown string) (string, error) {
	note := ""
	if len(markdown) > maxText {
		markdown, note = cut(markdown, maxText), "<p><em>The text is longer; the rest is not shown here.</em></p>"
	}
	var out bytes.Buffer
	if err := r.agents.Convert([]byte(markdown), &out); err != nil {
		return "", fmt.Errorf("render markdown: %w", err)
	}
	return r.policy.Sanitize(out.String()) + note, nil
}

// Heading is an entry of a table of contents.
type Heading struct {
	Level    int
	ID, Text string
}

// RenderOwn renders a text of ours, with its headings of level two.
func (r *Renderer) RenderOwn(markdown []byte) (page string, contents []Heading, err error) {
	doc := r.own.Parser().Parse(text.NewReader(markdown))
	err = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if h, ok := n.(*ast.Heading); ok && entering && h.Level == 2 {
			id, _ := h.AttributeString("id")
			name, _ := id.([]byte)
			contents = append(contents, Heading{Level: h.Level, ID: string(name), Text: plain(h, markdown)})
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		return "", nil, fmt.Errorf("read headings: %w", err)
	}
	var out bytes.Buffer
	if err := r.own.Renderer().Render(&out, markdown, doc); err != nil {
		return "", nil, fmt.Errorf("render markdown: %w", err)
	}
	return out.String(), contents, nil
}

// Code returns code as a coloured block. The language is a name or a file's
// name; unknown ones stay plain.
func (r *Renderer) Code(code, language string) string {
	if len(code) > maxText {
		code = cut(code, maxText) + "\n… the rest is not shown here"
	}
	return r.policy.Sanitize(r.block(code, language))
}

// block is safe as it is: everything in it is escaped by the formatter.
func (r *Renderer) block(code, language string) string {
	var out strings.Builder
	out.WriteString(`<pre class="chroma" tabindex="0"><code>`)
	if !r.colour(&out, code, language) {
		out.WriteString(string(util.EscapeHTML([]byte(code))))
	}
	out.WriteString("</code></pre>")
	return out.String()
}

func (r *Renderer) colour(out *strings.Builder, code, language string) bool {
	lexer := lexers.Get(language)
	if lexer == nil || len(code) > maxCode || language == "" {
		return false
	}
	tokens, err := chroma.Coalesce(lexer).Tokenise(nil, code)
	if err != nil {
		return false
	}
	var coloured strings.Builder
	if r.toClass.Format(&coloured, styles.Fallback, tokens) != nil {
		return false
	}
	out.WriteString(coloured.String())
	return true
}

// cut shortens text to at most n bytes without breaking a character.
func cut(s string, n int) string {
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

func plain(n ast.Node, source []byte) string {
	var out strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok && entering {
			out.Write(t.Segment.Value(source))
		}
		return ast.WalkContinue, nil
	})
	return out.String()
}

// codeBlocks renders code blocks in colour.
type codeBlocks struct{ *Renderer }

// RegisterFuncs makes goldmark call us for code blocks.
func (c codeBlocks) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindFencedCodeBlock, c.render)
	reg.Register(ast.KindCodeBlock, c.render)
}

func (c codeBlocks) render(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	language := ""
	if fenced, ok := n.(*ast.FencedCodeBlock); ok {
		language = string(fenced.Language(source))
	}
	var code strings.Builder
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		code.Write(line.Value(source))
	}
	_, err := w.WriteString(c.block(code.String(), language))
	return ast.WalkContinue, err
}

// tame replaces what must not be shown: pictures become links to them, the boxes
// of task lists become signs, and headings go down so that the page keeps its
// outline.
type tame struct{ below int }

// Transform changes the parsed document before it is rendered.
func (t tame) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	var pictures []*ast.Image
	var boxes []*extast.TaskCheckBox
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Heading:
			if entering {
				n.Level = min(6, n.Level+t.below)
			}
		case *ast.Image:
			if entering {
				pictures = append(pictures, n)
			}
		case *extast.TaskCheckBox:
			if entering {
				boxes = append(boxes, n)
			}
		}
		return ast.WalkContinue, nil
	})
	for _, box := range boxes {
		sign := "☐ "
		if box.IsChecked {
			sign = "☑ "
		}
		box.Parent().ReplaceChild(box.Parent(), box, ast.NewString([]byte(sign)))
	}
	for _, picture := range pictures {
		replacePicture(picture, reader.Source())
	}
}

func replacePicture(picture *ast.Image, source []byte) {
	words := plain(picture, source)
	if words == "" {
		words = "picture"
	}
	label := ast.NewString([]byte("[" + words + "]"))
	parent := picture.Parent()
	if _, inLink := parent.(*ast.Link); inLink || html.IsDangerousURL(picture.Destination) {
		parent.ReplaceChild(parent, picture, label)
		return
	}
	link := ast.NewLink()
	link.Destination = picture.Destination
	link.AppendChild(link, label)
	parent.ReplaceChild(parent, picture, link)
}

// policy is the second lock: whatever the first lets through, only this stays.
func policy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "em", "strong", "del",
		"table", "thead", "tbody", "tr", "th", "td", "span", "a")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowRelativeURLs(false)
	p.RequireParseableURLs(true)
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(true)
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^(chroma|[a-z][a-z0-9]{0,3})$`)).OnElements("pre", "span")
	p.AllowAttrs("tabindex").Matching(regexp.MustCompile(`^0$`)).OnElements("pre")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("align").Matching(bluemonday.CellAlign).OnElements("th", "td")
	return p
}
