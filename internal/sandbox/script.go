package sandbox

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// script refuses a script that calls a network tool, by its plain name or one
// that can be worked out without running anything: variables that are set in
// it, quotes, what echo and printf print, lists that are gone through. Errors:
// COMMAND_BLOCKED.
func (c *checker) script(text string) error {
	if c.depth > maxDepth || text == "" {
		return nil
	}
	// What cannot be parsed is passed over: the shell says better what is wrong.
	file, _ := syntax.NewParser(syntax.RecoverErrors(100)).Parse(strings.NewReader(text), "")
	if file == nil {
		return nil
	}
	return c.walk(file)
}

// walk checks every command below a node, in the order they stand in.
func (c *checker) walk(root syntax.Node) error {
	var found error
	syntax.Walk(root, func(node syntax.Node) bool {
		if found != nil || node == nil || *c.left < 0 {
			return found == nil && *c.left >= 0
		}
		switch n := node.(type) {
		case *syntax.ForClause:
			var done bool
			if done, found = c.loop(n); done {
				return false
			}
		case *syntax.FuncDecl:
			c.functions[n.Name.Value] = true
		case *syntax.DeclClause:
			c.assign(n.Args)
		case *syntax.Stmt:
			found = c.redirected(n)
		case *syntax.BinaryCmd:
			if n.Op == syntax.Pipe || n.Op == syntax.PipeAll {
				found = c.piped(n)
			}
		case *syntax.CallExpr:
			if len(n.Args) == 0 {
				c.assign(n.Assigns)
			}
			found = c.argv(c.fields(n.Args))
		}
		return found == nil
	})
	return found
}

// maxItems bounds how many words of a list a loop is looked through for.
const maxItems = 64

// loop checks the body of a loop for each word of its list; done when it did.
func (c *checker) loop(n *syntax.ForClause) (done bool, err error) {
	words, ok := n.Loop.(*syntax.WordIter)
	if !ok || c.depth >= maxDepth {
		return false, nil
	}
	items := c.fields(words.Items)
	for _, item := range items[:min(len(items), maxItems)] {
		c.set(words.Name.Value, item)
		c.depth++
		for _, stmt := range n.Do {
			if err = c.walk(stmt); err != nil {
				break
			}
		}
		c.depth--
		if err != nil {
			return true, err
		}
	}
	return false, nil // its list may hold commands
}

func (c *checker) assign(assigns []*syntax.Assign) {
	for _, a := range assigns {
		switch {
		case a.Name == nil || a.Index != nil || a.Append:
		case a.Array != nil:
			var words []*syntax.Word
			for _, element := range a.Array.Elems {
				if element.Value != nil {
					words = append(words, element.Value)
				}
			}
			c.set(a.Name.Value, c.fields(words)...)
		case a.Value != nil:
			if value, err := careful(func() (string, error) { return expand.Literal(c.config(), a.Value) }); err == nil {
				c.set(a.Name.Value, value)
			}
		}
	}
}

// arguments sets $1 and those after it; args begin with $0.
func (c *checker) arguments(args []string) {
	for i, arg := range args {
		c.set(strconv.Itoa(i), arg)
	}
	if len(args) > 0 {
		c.set("@", args[1:]...)
		c.set("*", args[1:]...)
	}
}

// redirected checks what a shell is given to read.
func (c *checker) redirected(stmt *syntax.Stmt) error {
	call, ok := stmt.Cmd.(*syntax.CallExpr)
	if !ok {
		return nil
	}
	for _, r := range stmt.Redirs {
		word := r.Hdoc
		if r.Op == syntax.WordHdoc {
			word = r.Word
		}
		if word == nil {
			continue
		}
		text, err := careful(func() (string, error) { return expand.Document(c.config(), word) })
		if err != nil {
			continue
		}
		if err := c.inner(nil, text).argv(c.fields(call.Args)); err != nil {
			return err
		}
	}
	return nil
}

// piped checks what a shell is given by the command before it.
func (c *checker) piped(n *syntax.BinaryCmd) error {
	call, ok := n.Y.Cmd.(*syntax.CallExpr)
	if !ok {
		return nil
	}
	text, known := c.prints(n.X)
	if !known {
		return nil
	}
	argv := c.fields(call.Args)
	if len(argv) > 0 && argv[0] == "xargs" { // what it is given becomes words
		argv = append(argv, strings.Fields(text)...)
	}
	return c.inner(nil, text).argv(argv)
}

// wideFormat is a format of printf with a width, which may be any number.
var wideFormat = regexp.MustCompile(`%[^a-zA-Z%]`)

// prints is what a command prints, when that is plain: echo, printf, or cat of
// what stands there.
func (c *checker) prints(stmt *syntax.Stmt) (text string, known bool) {
	call, ok := stmt.Cmd.(*syntax.CallExpr)
	if !ok || len(call.Args) == 0 {
		return "", false
	}
	argv := c.fields(call.Args)
	switch {
	case len(argv) == 0:
		return "", false
	case argv[0] == "echo":
		words := argv[1:]
		for len(words) > 0 && slices.Contains([]string{"-n", "-e", "-E", "-ne", "-en"}, words[0]) {
			words = words[1:]
		}
		return strings.Join(words, " ") + "\n", true
	case argv[0] == "printf" && len(argv) > 1 && !wideFormat.MatchString(argv[1]):
		out, err := careful(func() (string, error) {
			out, _, err := expand.Format(c.config(), argv[1], argv[2:])
			return out, err
		})
		return out, err == nil
	case argv[0] == "cat" && len(argv) == 1:
		for _, r := range stmt.Redirs {
			if r.Hdoc != nil {
				text, err := careful(func() (string, error) { return expand.Document(c.config(), r.Hdoc) })
				return text, err == nil
			}
		}
	}
	return "", false
}

// fields are words as the shell will see them, as far as that is known before
// it runs: expansions that are not are left empty.
func (c *checker) fields(words []*syntax.Word) []string {
	argv := make([]string, 0, len(words))
	for _, word := range words {
		plain := literal(word.Parts)
		if strings.ContainsRune(plain, '{') { // {1..999999999} is a long list
			argv = append(argv, plain)
			continue
		}
		fields, err := careful(func() ([]string, error) { return expand.Fields(c.config(), word) })
		if err != nil {
			fields = []string{plain}
		}
		argv = append(argv, fields...)
	}
	return argv
}

// maxNested bounds how deep commands in words of commands in words are worked out.
const maxNested = 4

// careful calls the library, which panics at what it does not know.
func careful[T any](work func() (T, error)) (value T, err error) {
	defer func() {
		if failure := recover(); failure != nil {
			err = fmt.Errorf("expand: %v", failure)
		}
	}()
	return work()
}

// config lets words be expanded without running anything or looking at files.
func (c *checker) config() *expand.Config {
	return &expand.Config{
		Env: variables(c.vars),
		CmdSubst: func(w io.Writer, sub *syntax.CmdSubst) error {
			if len(sub.Stmts) != 1 || c.nested >= maxNested {
				return nil
			}
			c.nested++
			defer func() { c.nested-- }()
			text, known := c.prints(sub.Stmts[0])
			if !known {
				return nil
			}
			_, err := io.WriteString(w, text)
			return err
		},
		ProcSubst: func(*syntax.ProcSubst) (string, error) { return "/dev/fd/63", nil },
	}
}

// variables are an expand.Environ.
type variables map[string][]string

// Get implements expand.Environ.
func (v variables) Get(name string) expand.Variable {
	value, set := v[name]
	switch {
	case !set:
		return expand.Variable{}
	case name == "@" || name == "*" || len(value) != 1:
		return expand.Variable{Set: true, Kind: expand.Indexed, List: value}
	default:
		return expand.Variable{Set: true, Kind: expand.String, Str: value[0]}
	}
}

// Each implements expand.Environ.
func (v variables) Each(f func(name string, vr expand.Variable) bool) {
	for name := range v {
		if !f(name, v.Get(name)) {
			return
		}
	}
}

// literal is a word without its expansions.
func literal(parts []syntax.WordPart) string {
	var text strings.Builder
	for _, part := range parts {
		switch p := part.(type) {
		case *syntax.Lit:
			text.WriteString(strings.ReplaceAll(p.Value, `\`, ""))
		case *syntax.SglQuoted:
			text.WriteString(p.Value)
		case *syntax.DblQuoted:
			text.WriteString(literal(p.Parts))
		}
	}
	return text.String()
}
