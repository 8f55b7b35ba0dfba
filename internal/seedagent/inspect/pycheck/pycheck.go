// Package pycheck finds faults in Python source. It reads the language's
// tokens, logical lines and blocks by the rules of the language reference;
// expressions are looked at as calls with their arguments.
package pycheck

import (
	"fmt"
	"path"
	"strings"

	"aicity.dev/aicity/internal/seedagent/inspect"
)

// checker collects the hits of one repository.
type checker struct {
	out inspect.Analysis
}

// file is one source with its blocks.
type file struct {
	src     inspect.Source
	root    *block
	imports map[string]string // local name → dotted name
}

// Check analyses all Python files of the repository.
func Check(repo *inspect.Repo) inspect.Analysis {
	c := &checker{}
	for _, src := range repo.Of(inspect.Python) {
		if inspect.TooDeep(src.Text) {
			c.out.Unparsed = append(c.out.Unparsed, fmt.Sprintf("`%s`: brackets nest too deep", src.Path))
			continue
		}
		all, err := lex(string(src.Text))
		if err != nil {
			c.out.Unparsed = append(c.out.Unparsed, fmt.Sprintf("`%s`: %s", src.Path, err))
			continue
		}
		f := &file{src: src, root: tree(all), imports: map[string]string{}}
		f.root.each(f.learn)
		f.root.each(func(b *block) { c.block(f, b) })
		c.unusedImports(f)
	}
	return c.out
}

// learn records an import.
func (f *file) learn(b *block) {
	switch b.keyword() {
	case "import":
		for _, part := range split(b.toks[1:], ",") {
			local, dotted := alias(part)
			if local == "" {
				local, _, _ = strings.Cut(dotted, ".")
				f.imports[local] = local
				continue
			}
			f.imports[local] = dotted
		}
	case "from":
		for i, t := range b.toks {
			if t.s != "import" || t.kind != name {
				continue
			}
			from := source(b.toks[1:i])
			for _, part := range split(strip(b.toks[i+1:]), ",") {
				local, member := alias(part)
				if local == "" {
					local = member
				}
				f.imports[local] = from + "." + member
			}
			return
		}
	}
}

// alias splits "a.b as c".
func alias(toks []tok) (local, dotted string) {
	for i, t := range toks {
		if t.s == "as" && i+1 < len(toks) {
			return toks[i+1].s, source(toks[:i])
		}
	}
	return "", source(toks)
}

func strip(toks []tok) []tok {
	if len(toks) > 1 && toks[0].s == "(" {
		return toks[1 : len(toks)-1]
	}
	return toks
}

func split(toks []tok, by string) [][]tok {
	var parts [][]tok
	var cur []tok
	for _, t := range toks {
		if t.s == by {
			parts, cur = append(parts, cur), nil
			continue
		}
		cur = append(cur, t)
	}
	if len(cur) > 0 {
		parts = append(parts, cur)
	}
	return parts
}

// full resolves the first part of a dotted name through the imports.
func (f *file) full(dotted string) string {
	first, rest, more := strings.Cut(dotted, ".")
	if m := f.imports[first]; m != "" {
		if more {
			return m + "." + rest
		}
		return m
	}
	return dotted
}

func (c *checker) hit(f *file, line int, rule *inspect.Rule, claim, fix string) {
	c.hitUntil(f, line, line, rule, claim, fix)
}

func (c *checker) hitUntil(f *file, line, end int, rule *inspect.Rule, claim, fix string) {
	if f.src.Test && !rule.Security() {
		return
	}
	c.out.Hits = append(c.out.Hits, inspect.Hit{Rule: rule, File: f.src.Path, Line: line, End: end, Claim: claim, Fix: fix})
}

// unusedImports reports names that stand in the file only where they are
// imported. Package files re-export what they import.
func (c *checker) unusedImports(f *file) {
	if path.Base(f.src.Path) == "__init__.py" {
		return
	}
	whole := string(f.src.Text)
	f.root.each(func(b *block) {
		if k := b.keyword(); k != "import" && k != "from" || b.outer.keyword() == "try" || b.toks[len(b.toks)-1].s == "*" {
			return
		}
		for local := range f.imports {
			if strings.HasPrefix(local, "_") || strings.Contains(whole, "__all__") || from(b) == "__future__" {
				continue
			}
			at := -1
			for i, t := range b.toks {
				if t.kind == name && t.s == local {
					at = i
				}
			}
			if at < 0 || words(whole, local) != 1 {
				continue
			}
			c.hit(f, b.toks[at].line, ruleUnused, "`"+local+"` is imported and never used", "Remove the import.")
		}
	})
}

func from(b *block) string {
	if b.keyword() == "from" && len(b.toks) > 1 {
		return b.toks[1].s
	}
	return ""
}

// words counts a name as a whole word, comments and strings included.
func words(whole, name string) int {
	n := 0
	for i := 0; ; {
		at := strings.Index(whole[i:], name)
		if at < 0 {
			return n
		}
		at += i
		i = at + len(name)
		if (at == 0 || !wordByte(whole[at-1])) && (i == len(whole) || !wordByte(whole[i])) {
			n++
		}
	}
}
