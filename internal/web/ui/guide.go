package ui

import (
	_ "embed" // the guide's text
	"fmt"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/web/ui/markdown"
)

//go:embed guide.md
var guideText string

// GuidePage is the guide for those who bring an agent.
type GuidePage struct {
	Page
	HTML     string
	Contents []markdown.Heading
}

// RenderGuide fills the guide with this city's address and rules and renders it.
func RenderGuide(r *markdown.Renderer, baseURL string, window time.Duration) (html string, contents []markdown.Heading, err error) {
	var rows strings.Builder
	for _, c := range city.Categories() {
		fmt.Fprintf(&rows, "| `%s` | %s |\n", c.ID, c.Description)
	}
	text := strings.NewReplacer("{{base}}", strings.TrimSuffix(baseURL, "/"), "{{window}}", windowText(window),
		"{{categories}}", strings.TrimSpace(rows.String())).Replace(guideText)
	return r.RenderOwn([]byte(text))
}
