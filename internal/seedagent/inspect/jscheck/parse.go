package jscheck

import (
	"errors"
	"fmt"
	"path"
	"sort"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/parser"
	"github.com/evanw/esbuild/pkg/api"
	"github.com/go-sourcemap/sourcemap"

	"aicity.dev/aicity/internal/seedagent/inspect"
)

var errTooDeep = errors.New("brackets nest too deep")

// parse reads a file as a script, or failing that through esbuild.
func parse(src inspect.Source) (*file, error) {
	if inspect.TooDeep(src.Text) {
		return nil, errTooDeep
	}
	f := &file{src: src, code: string(src.Text), modules: map[string]string{}, members: map[string]string{}}
	if strings.HasPrefix(f.code, "#!") {
		f.code = "//" + f.code[2:]
	}
	if src.Lang == inspect.JavaScript && path.Ext(src.Path) != ".jsx" {
		program, err := parser.ParseFile(nil, "", f.code, 0, parser.WithDisableSourceMaps)
		if err == nil {
			f.program, f.mapped = program, lines(f.code)
			return f, nil
		}
	}
	for _, target := range []api.Target{api.ES2022, api.ES2017} {
		err := f.translate(target)
		if err == nil {
			return f, nil
		}
		if target == api.ES2017 {
			return nil, err
		}
	}
	return f, nil
}

// translate turns modules, TypeScript and JSX into a script and parses that.
func (f *file) translate(target api.Target) error {
	result := api.Transform(string(f.src.Text), api.TransformOptions{
		Loader: loader(f.src.Path), Format: api.FormatCommonJS, Target: target,
		Sourcemap: api.SourceMapExternal, Sourcefile: "in", LogLevel: api.LogLevelSilent,
		TsconfigRaw: `{"compilerOptions":{"verbatimModuleSyntax":true,"experimentalDecorators":true}}`,
	})
	if len(result.Errors) > 0 {
		e := result.Errors[0]
		if e.Location != nil {
			return fmt.Errorf("line %d: %s", e.Location.Line, e.Text)
		}
		return errors.New(e.Text)
	}
	if inspect.TooDeep(result.Code) {
		return errTooDeep
	}
	program, err := parser.ParseFile(nil, "", string(result.Code), 0, parser.WithDisableSourceMaps)
	if err != nil {
		return errors.New("a syntax that is not supported yet")
	}
	consumer, err := sourcemap.Parse("", result.Map)
	if err != nil {
		return fmt.Errorf("read source map: %w", err)
	}
	f.program, f.code = program, string(result.Code)
	starts := lineStarts(f.code)
	f.mapped = func(offset int) int {
		line := sort.SearchInts(starts, offset+1)
		_, _, original, _, ok := consumer.Source(line, offset-starts[max(line, 1)-1])
		if !ok {
			return 0
		}
		return original
	}
	return nil
}

func loader(p string) api.Loader {
	switch path.Ext(p) {
	case ".ts", ".mts", ".cts":
		return api.LoaderTS
	case ".tsx":
		return api.LoaderTSX
	default:
		return api.LoaderJSX
	}
}

// lines maps offsets to line numbers.
func lines(code string) func(int) int {
	starts := lineStarts(code)
	return func(offset int) int { return sort.SearchInts(starts, offset+1) }
}

func lineStarts(code string) []int {
	starts := []int{0}
	for i := range len(code) {
		if code[i] == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// requires records which variables hold which modules: const fs = require("fs"),
// const { exec } = require("child_process"), import_fs = __toESM(require("fs")).
func (f *file) requires() {
	each(f.program, func(n ast.Node) {
		b, ok := n.(*ast.Binding)
		if !ok || b.Initializer == nil {
			return
		}
		module, member := required(b.Initializer)
		if module == "" {
			return
		}
		switch t := b.Target.(type) {
		case *ast.Identifier:
			if member != "" {
				f.members[string(t.Name)] = module + "." + member
			} else {
				f.modules[string(t.Name)] = module
			}
		case *ast.ObjectPattern:
			f.takenOut(t, module)
		}
	})
}

// takenOut records the members of a module that a pattern names.
func (f *file) takenOut(pattern *ast.ObjectPattern, module string) {
	for _, p := range pattern.Properties {
		switch p := p.(type) {
		case *ast.PropertyShort:
			f.members[string(p.Name.Name)] = module + "." + string(p.Name.Name)
		case *ast.PropertyKeyed:
			key := literalKey(p.Key)
			if local, ok := p.Value.(*ast.Identifier); ok && key != "" {
				f.members[string(local.Name)] = module + "." + key
			}
		}
	}
}

// required returns the module of require("m"), require("m").member and
// __toESM(require("m")).
func required(x ast.Expression) (module, member string) {
	switch e := x.(type) {
	case *ast.DotExpression:
		m, _ := required(e.Left)
		return m, string(e.Identifier.Name)
	case *ast.CallExpression:
		id, ok := e.Callee.(*ast.Identifier)
		if !ok || len(e.ArgumentList) == 0 {
			return "", ""
		}
		if id.Name == "__toESM" {
			return required(e.ArgumentList[0])
		}
		if s, ok := e.ArgumentList[0].(*ast.StringLiteral); ok && id.Name == "require" {
			return strings.TrimPrefix(string(s.Value), "node:"), ""
		}
	}
	return "", ""
}

func literalKey(x ast.Expression) string {
	switch k := x.(type) {
	case *ast.StringLiteral:
		return string(k.Value)
	case *ast.Identifier:
		return string(k.Name)
	}
	return ""
}
