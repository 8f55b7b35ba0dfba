// Package jscheck finds faults in JavaScript and TypeScript. Plain scripts are
// parsed by goja's parser; modules, TypeScript and JSX are first translated by
// esbuild, and its source map leads back to the lines that were written.
package jscheck

import (
	"fmt"
	"strings"

	"github.com/dop251/goja/ast"

	"aicity.dev/aicity/internal/seedagent/inspect"
)

// file is one parsed file.
type file struct {
	src     inspect.Source
	code    string // what was parsed: the source, or esbuild's translation of it
	mapped  func(offset int) int
	program *ast.Program
	modules map[string]string // variable → module it holds
	members map[string]string // variable → "module.member", from destructuring
	express int               // major version of express in package.json, 0 unknown
}

// checker collects the hits of one repository.
type checker struct {
	out     inspect.Analysis
	express int
}

// Check analyses all JavaScript and TypeScript files of the repository.
func Check(repo *inspect.Repo) inspect.Analysis {
	c := &checker{express: expressMajor(repo)}
	for _, src := range repo.Of(inspect.JavaScript, inspect.TypeScript) {
		if strings.HasSuffix(src.Path, ".d.ts") {
			continue
		}
		c.source(src)
	}
	return c.out
}

// source checks one file. The parser panics on a few malformed inputs; such a
// file counts as not parsed.
func (c *checker) source(src inspect.Source) {
	before := len(c.out.Hits)
	defer func() {
		if p := recover(); p != nil {
			c.out.Hits = c.out.Hits[:before]
			c.out.Unparsed = append(c.out.Unparsed, fmt.Sprintf("`%s`: the parser gave up", src.Path))
		}
	}()
	f, err := parse(src)
	if err != nil {
		c.out.Unparsed = append(c.out.Unparsed, fmt.Sprintf("`%s`: %s", src.Path, err))
		return
	}
	f.express = c.express
	f.requires()
	w := &walker{c: c, f: f}
	w.walk(f.program, 0)
	c.unused(f)
	c.loose(f)
}

// hit records a finding at a node, unless it stands in code that esbuild added.
func (c *checker) hit(f *file, at ast.Node, rule *inspect.Rule, claim, fix string) {
	c.hitAs(f, at, rule, rule.Severity, claim, fix)
}

func (c *checker) hitAs(f *file, at ast.Node, rule *inspect.Rule, severity inspect.Severity, claim, fix string) {
	line := f.line(at)
	if line == 0 {
		return
	}
	if f.src.Test && !rule.Security() {
		return
	}
	c.out.Hits = append(c.out.Hits, inspect.Hit{Rule: rule, File: f.src.Path, Line: line, Severity: severity, Claim: claim, Fix: fix})
}

// line is the line in the file as written, 0 when there is none.
func (f *file) line(n ast.Node) int {
	return f.mapped(int(start(n).Idx0()) - 1)
}

// start finds the node that a call begins with. esbuild writes an imported
// function's call as (0, module.name)(…), and only the name leads back to the
// source.
func start(n ast.Node) ast.Node {
	for {
		switch e := n.(type) {
		case *ast.CallExpression:
			n = e.Callee
		case *ast.DotExpression:
			n = e.Left
		case *ast.SequenceExpression:
			return e.Sequence[len(e.Sequence)-1]
		default:
			return n
		}
	}
}

// text returns the parsed source of a node on one line.
func (f *file) text(n ast.Node) string {
	from, to := int(n.Idx0())-1, int(n.Idx1())-1
	if from < 0 || to > len(f.code) || from > to {
		return ""
	}
	s := strings.Join(strings.Fields(f.code[from:to]), " ")
	// The parser drops the bracket of a parenthesised left side.
	if missing := strings.Count(s, ")") - strings.Count(s, "("); missing > 0 {
		s = strings.Repeat("(", missing) + s
	}
	if len(s) > 90 {
		s = strings.ToValidUTF8(s[:88], "") + "…"
	}
	return s
}

// expressMajor reads the major version of express from package.json.
func expressMajor(repo *inspect.Repo) int {
	pkg := repo.Find("package.json")
	if pkg == nil {
		return 0
	}
	for _, l := range pkg.Lines {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(l), `"express":`); ok {
			digits := strings.TrimLeft(rest, ` "^~>=v`)
			if digits != "" && digits[0] >= '1' && digits[0] <= '9' {
				return int(digits[0] - '0')
			}
		}
	}
	return 0
}
