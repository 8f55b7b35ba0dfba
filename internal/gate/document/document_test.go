package document

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// A document has all lines of its text, joined where they were wrapped; blocks lie within it and do not overlap.
func FuzzDocument(f *testing.F) {
	for _, text := range []string{"a\n\n    code\n\nb", "````js\n```\n````\nx", "- a\n\n      b\n```", "~~~\r\nx\r\n~~~", "| a |\n|---|", "```diff\n@@ -1 +1 @@\n-a\n+b", "\t`x` ``y` `", "```markdown\na\n```js\nb\n```\n```", "> > a", "  a\n b", "&lt;a&gt;", strings.Repeat("a word of some length here\n", 5), strings.Repeat("ä", 1500)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = Unwrap(text)
		d, raw, read := Parse(text), SplitLines(text), 0
		if len(d.Lines) != len(d.Lower) {
			t.Errorf("%d lines, %d in lower case", len(d.Lines), len(d.Lower))
		}
		for _, l := range append(d.Lines, Line{From: len(raw), To: len(raw)}) {
			for ; read < l.From; read++ {
				if strings.TrimSpace(raw[read]) != "" {
					t.Errorf("line %d of the text was not read: %q", read, raw[read])
				}
			}
			if l.From < read || l.To < l.From || l.To > len(raw) {
				t.Errorf("a line is from %d to %d, behind %d of %d", l.From, l.To, read, len(raw))
			}
			read = l.To
		}
		last := 0
		for _, b := range d.Blocks {
			if b.Start < last || b.End < b.Start || b.End > len(d.Lines) {
				t.Errorf("block from %d to %d behind %d of %d lines", b.Start, b.End, last, len(d.Lines))
			}
			last = b.End
		}
		d.Sentences(func(words []string) {
			if len(words) < 4 {
				t.Errorf("a sentence of %q", words)
			}
		})
		for _, l := range d.Lines {
			if !utf8.ValidString(l.Text) && utf8.ValidString(text) {
				t.Errorf("a line was cut inside of a letter: %q", l.Text)
			}
		}
	})
}
