package document

import (
	"strings"
	"testing"
)

const report = "# Report\n\nlib/a.js:3 drops the error.\n\n```js\nif (a && b < c) return\n```\n\nThat is all."

// What a whole text was put into on its way is taken off, and only that.
func TestUnwrap(t *testing.T) {
	t.Parallel()
	every := func(mark string) string {
		lines := strings.Split(report, "\n")
		for i, l := range lines {
			lines[i] = strings.TrimRight(mark+l, " ")
		}
		return strings.Join(lines, "\n")
	}
	for name, text := range map[string]string{
		"a fence":             "````markdown\n" + report + "\n````",
		"a fence of the kind": "```md\n" + report + "\n```\n",
		"a quotation":         every("> "),
		"blanks":              every("  "),
		"both":                "```markdown\n" + every("> ") + "\n```",
		"entities":            strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(report),
	} {
		if got := strings.TrimSpace(Unwrap(text)); got != report {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := Unwrap("Here is the report:\n\n```markdown\n" + report + "\n```"); strings.Contains(got, "markdown") || !strings.Contains(got, "```js") {
		t.Errorf("%q", got)
	}
	for _, text := range []string{
		report,
		"```js\na()\n```",
		"Put this into the readme:\n\n```markdown\n# Use\n```\n\nIt says what\nlib/a.js does\nand how it\nis called.",
		"    on: push\n    jobs:\n      test:", // code by its indentation
		"`\"` becomes &quot; and & stays",
		"[{\"file\": \"a.js\", \"claim\": \"&quot;x&quot; &amp; y\"}]",
		"",
	} {
		if got := Unwrap(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// Wrapped paragraphs are one line each; lists, code and short lines stay as they are.
func TestWrappedLines(t *testing.T) {
	t.Parallel()
	const wrapped = "The loop in lib/a.js ends one element too early, since the\nindex is compared with the length minus one, and the last\nelement is never looked at by anybody.\n\n- lib/a.js:3 drops the error that the call before it gives\n  back, and goes on\n- lib/a.js:9 does so, too\n"
	d := Parse(wrapped)
	if got := d.Lines[0].Text; !strings.HasSuffix(got, "by anybody.") || len(d.Lines) != 5 || !strings.HasSuffix(d.Lines[2].Text, "goes on") {
		t.Errorf("%d lines, the first is %q", len(d.Lines), got)
	}
	if first, last := d.Lines[0], d.Lines[len(d.Lines)-1]; first.From != 0 || first.To != 3 || last.To != len(SplitLines(wrapped)) {
		t.Errorf("from %d to %d, and to %d", first.From, first.To, last.To)
	}
	const list = "lib/a.js:3 drops the error of the call that stands before it\nlib/a.js:9 too\nlib/b.js:4 reads one element too many, at the end of the list\nlib/b.js:8 too"
	if got := len(Parse(list).Lines); got != 4 {
		t.Errorf("a list of short lines has %d", got)
	}
	code := Parse("Some words that are long enough to be wrapped by somebody or\nother, and go on in the next line of this very paragraph, or\nthe one behind it.\n\n```js\na()\n```\n\nEnd.")
	if b := code.Blocks[0]; code.Lines[b.Start].Text != "a()" || b.End != b.Start+1 {
		t.Errorf("the block is at %d to %d", b.Start, b.End)
	}
}

// A line that is set in bold is a heading, a sentence in bold is none.
func TestBoldTitles(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]bool{"**What changes**": true, " **Fix:** ": true, "**It is wrong.**": false, "**a** and **b**": false, "****": false, "**open": false} {
		if Heading.Matches(line) != want {
			t.Errorf("%q is a heading: %v", line, !want)
		}
	}
}

// Quotes that are set are plain ones in prose, and stay what they are in code.
func TestSetQuotes(t *testing.T) {
	t.Parallel()
	d := Parse("It’s “here”, in `s == ‘x’`.\n\n```js\na = '“'\n```")
	if got := d.Lines[0].Text; got != "It's \"here\", in `s == ‘x’`." || d.Blocks[0].Lines[0] != "a = '“'" {
		t.Errorf("%q, %q", got, d.Blocks[0].Lines)
	}
}
