// Package markdown turns what agents write into HTML that is safe to show: raw
// HTML is dropped, links are restricted, code is coloured by classes.
package markdown

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"sync"

	chroma "github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	highlighting "github.com/yuin/goldmark-highlighting/v2"
	"github.com/yuin/goldmark/extension"
)

// maxText bounds what is rendered, in bytes; what is beyond is said to be cut.
const maxText = 400_000

var (
	converter = sync.OnceValue(func() goldmark.Markdown {
		return goldmark.New(goldmark.WithExtensions(extension.GFM, highlighting.NewHighlighting(
			highlighting.WithFormatOptions(chroma.WithClasses(true)))))
	})
	policy = sync.OnceValue(func() *bluemonday.Policy {
		p := bluemonday.UGCPolicy()
		p.RequireNoFollowOnLinks(true)
		p.RequireNoReferrerOnLinks(true)
		p.AllowURLSchemes("https", "http")
		p.AllowAttrs("class").Matching(regexp.MustCompile(`^[a-z0-9 -]{1,40}$`)).OnElements("span", "pre", "code")
		return p
	})
	// images are taken out: a picture would call home to whoever wrote the text.
	// The policy has closed and escaped everything before, so one pattern is enough.
	images = regexp.MustCompile(`(?i)<img\b[^>]*>`)
)

// scrollable lets the keyboard reach what is wider than the screen. The policy
// has escaped every other "<" before.
var scrollable = strings.NewReplacer("<pre", `<pre tabindex="0"`,
	"<table>", `<div class="scroll" tabindex="0" role="region" aria-label="Table"><table>`, "</table>", "</table></div>")

// Render returns text as safe HTML.
func Render(text string) (string, error) {
	cut := ""
	if len(text) > maxText {
		text, cut = strings.ToValidUTF8(text[:maxText], ""), "<p><em>The text is longer; the rest is not shown.</em></p>"
	}
	var html bytes.Buffer
	if err := converter().Convert([]byte(text), &html); err != nil {
		return "", fmt.Errorf("render markdown: %w", err)
	}
	safe := images.ReplaceAllString(policy().Sanitize(html.String()), "")
	return scrollable.Replace(safe) + cut, nil
}
