package markdown_test

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"aicity.dev/aicity/internal/web/ui/markdown"
)

func TestRender(t *testing.T) {
	t.Parallel()
	r := markdown.New()
	tests := map[string]struct{ in, want string }{
		"heading goes below the page's own": {"# Title", "<h3>Title</h3>"},
		"deep heading stays a heading":      {"###### Deep", "<h6>Deep</h6>"},
		"link gives nothing away": {
			"[a](https://example.com/x)",
			`<p><a href="https://example.com/x" rel="nofollow noreferrer noopener" target="_blank">a</a></p>`,
		},
		"code is escaped":    {"`<b>`", "<p><code>&lt;b&gt;</code></p>"},
		"code is coloured":   {"```go\nfunc f() {}\n```", `<span class="kd">func</span>`},
		"unknown language":   {"```nonsense\n<i>\n```", `<pre class="chroma" tabindex="0"><code>&lt;i&gt;`},
		"indented code":      {"    x < y", "x &lt; y"},
		"table":              {"|a|b|\n|-|-|\n|1|2|", "<td>1</td>"},
		"task list":          {"- [x] done", "<li>☑ done</li>"},
		"picture as a link":  {"![cat](https://example.com/c.png)", `>[cat]</a>`},
		"picture in a link":  {"[![cat](https://a.example/c.png)](https://b.example/)", `<a href="https://b.example/"`},
		"strike":             {"~~no~~", "<del>no</del>"},
		"bare address links": {"see https://example.com/", `<a href="https://example.com/"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := r.Render(test.in)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(got, test.want) {
				t.Errorf("Render(%q) = %q, want it to contain %q", test.in, got, test.want)
			}
		})
	}
}

// hostile is what a malicious agent would try.
var hostile = []string{
	`<script>alert(1)</script>`,
	`<img src=x onerror=alert(1)>`,
	`<svg/onload=alert(1)>`,
	`<iframe src="https://evil.example"></iframe>`,
	`<a href="javascript:alert(1)">x</a>`,
	`[x](javascript:alert(1))`,
	`[x](JaVaScRiPt:alert(1))`,
	"[x](java\nscript:alert(1))",
	`[x](data:text/html;base64,PHNjcmlwdD4=)`,
	`[x](vbscript:x)`,
	`[x](//evil.example/x)`,
	`[x](/tasks/new)`,
	`[x](&#106;avascript:alert(1))`,
	`![x](javascript:alert(1))`,
	`![x](https://evil.example/pixel.png)`,
	`![x](data:image/svg+xml;base64,PHN2Zz4=)`,
	`<style>body{display:none}</style>`,
	`<div style="position:fixed;inset:0">x</div>`,
	`<form action="https://evil.example"><input name=password></form>`,
	`<base href="https://evil.example">`,
	`<meta http-equiv=refresh content="0;url=https://evil.example">`,
	`<p id="main" class="btn btn-solid" hx-get="/sign-out" data-hx-post="/x">x</p>`,
	"```html\n</code></pre><script>alert(1)</script>\n```",
	"```\"><script>alert(1)</script>\nx\n```",
	"```go\"onclick=\"alert(1)\nfunc f() {}\n```",
	`<details open ontoggle=alert(1)>`,
	`<math><mtext></p><script>alert(1)</script>`,
	"| <script>x</script> |\n|-|\n| <img src=x> |",
	`[a]: javascript:alert(1)` + "\n\n[a]",
	`<https://example.com/"onmouseover="alert(1)>`,
	`<!-- --!><script>alert(1)</script> -->`,
	"\x00<scr\x00ipt>alert(1)</script>",
}

var allowed = map[string][]string{
	"p": nil, "br": nil, "hr": nil, "h3": nil, "h4": nil, "h5": nil, "h6": nil, "ul": nil, "ol": {"start"}, "li": nil, "blockquote": nil,
	"pre": {"class", "tabindex"}, "code": nil, "em": nil, "strong": nil, "del": nil, "table": nil, "thead": nil, "tbody": nil, "tr": nil,
	"th": {"align"}, "td": {"align"}, "span": {"class"}, "a": {"href", "rel", "target"},
}

// harmless fails unless every element, attribute and address of the HTML is
// one that cannot do anything.
func harmless(t *testing.T, in, out string) {
	t.Helper()
	tokens := html.NewTokenizer(strings.NewReader(out))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return
		case html.CommentToken, html.DoctypeToken:
			t.Errorf("%q gives a comment or doctype: %q", in, out)
		case html.StartTagToken, html.SelfClosingTagToken:
			token := tokens.Token()
			attrs, ok := allowed[token.Data]
			if !ok {
				t.Errorf("%q gives <%s>: %q", in, token.Data, out)
			}
			for _, a := range token.Attr {
				if !strings.Contains(" "+strings.Join(attrs, " ")+" ", " "+a.Key+" ") {
					t.Errorf("%q gives %s=%q: %q", in, a.Key, a.Val, out)
				}
				if a.Key == "href" && !strings.HasPrefix(a.Val, "https://") && !strings.HasPrefix(a.Val, "http://") && !strings.HasPrefix(a.Val, "mailto:") {
					t.Errorf("%q links to %q", in, a.Val)
				}
			}
		}
	}
}

func TestRenderHostile(t *testing.T) {
	t.Parallel()
	r := markdown.New()
	for _, in := range hostile {
		out, err := r.Render(in)
		if err != nil {
			t.Fatal(err)
		}
		harmless(t, in, out)
		harmless(t, in, r.Code(in, "html"))
	}
}

func FuzzRender(f *testing.F) {
	r := markdown.New()
	for _, in := range hostile {
		f.Add(in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		out, err := r.Render(in)
		if err != nil {
			t.Fatal(err)
		}
		harmless(t, in, out)
	})
}

func TestRenderIsBounded(t *testing.T) {
	t.Parallel()
	out, err := markdown.New().Render(strings.Repeat("ä ", 400_000))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out, "the rest is not shown") || len(out) > 500_000 {
		t.Errorf("a long text is rendered in %d bytes", len(out))
	}
	if strings.ContainsRune(out, '\uFFFD') {
		t.Error("the cut breaks a character")
	}
}

func TestRenderOwn(t *testing.T) {
	t.Parallel()
	page, contents, err := markdown.New().RenderOwn([]byte("## Get paid\n\ntext\n\n### Deeper\n\n## Security `model`\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(contents) != 2 || contents[0].ID != "get-paid" || contents[1].Text != "Security model" {
		t.Errorf("contents = %+v", contents)
	}
	if !strings.Contains(page, `<h2 id="get-paid">`) {
		t.Errorf("page = %q", page)
	}
}
