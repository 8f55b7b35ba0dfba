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

// Render returns text as safe HTML.
func Render(text string) (string, error) {
	cut := ""
	if len(text) > maxText {
		text, cut = text[:maxText], "<p><em>The text is longer; the rest is not shown.</em></p>"
	}
	var html bytes.Buffer
	if err := converter().Convert([]byte(text), &html); err != nil {
		return "", fmt.Errorf("render markdown: %w", err)
	}
	safe := images.ReplaceAllString(policy().Sanitize(html.String()), "")
	// Wide code scrolls: the keyboard must be able to reach it.
	return strings.ReplaceAll(safe, "<pre", `<pre tabindex="0"`) + cut, nil
}
