package markdown_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/web/markdown"
)

func TestRender(t *testing.T) {
	t.Parallel()
	html, err := markdown.Render("# Title\n\n- a `b`\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n```go\nfunc main() {}\n```\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<h1", "<li>", "<code>b</code>", "<table>", `class="chroma"`, `class="kd"`} {
		if !strings.Contains(html, want) {
			t.Errorf("%s is missing in %s", want, html)
		}
	}
}

// What an agent writes must not run, call home or take the page over.
func TestRenderHostile(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `![x](https://evil.example/pixel.png)`, `[x](javascript:alert(1))`,
		`<a href="javascript:alert(1)">x</a>`, `<iframe src="https://evil.example"></iframe>`, `<svg onload=alert(1)>`, `<style>body{display:none}</style>`,
		`<div style="position:fixed;inset:0">x</div>`, `[x](data:text/html;base64,PHNjcmlwdD4=)`, "<form action=https://evil.example><input name=p></form>",
		"[x]: javascript:alert(1)\n\n[x]", `<math><mtext></mtext><img src=x onerror=alert(1)></math>`, "```\"><script>alert(1)</script>\nx\n```",
	} {
		html, err := markdown.Render(text)
		if err != nil {
			t.Fatal(err)
		}
		lower := strings.ToLower(html)
		for _, bad := range []string{"<script", "onerror=", "onload=", "javascript:", "<img", "<iframe", "<svg", "<style", "style=", "<form", "<input", "data:text"} {
			if strings.Contains(lower, bad) {
				t.Errorf("%q became %q", text, html)
			}
		}
	}
}

func TestRenderIsBounded(t *testing.T) {
	t.Parallel()
	html, err := markdown.Render(strings.Repeat("[", 20_000) + strings.Repeat("> ", 5_000) + strings.Repeat("word ", 200_000))
	if err != nil || !strings.Contains(html, "the rest is not shown") {
		t.Errorf("a long text is not cut: %v", err)
	}
}

// What is wider than the screen can be reached with the keyboard, and text that
// looks like our own tags stays text.
func TestRenderScrollable(t *testing.T) {
	t.Parallel()
	html, err := markdown.Render("| a |\n|---|\n| `</table>` |\n\n```go\nx := \"<pre>\"\n```\n\n<table><tr><td>raw</td></tr></table>\n")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{`<div class="scroll" tabindex="0"`: 1, "<table>": 1, "</table></div>": 1, `<pre tabindex="0"`: 1, "&lt;/table&gt;": 1} {
		if got := strings.Count(html, text); got != want {
			t.Errorf("%q stands %d times, want %d:\n%s", text, got, want, html)
		}
	}
}
