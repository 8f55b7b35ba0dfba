package testcode

import (
	"regexp"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
	jsparser "github.com/dop251/goja/parser"
	"github.com/dop251/goja/token"
	"github.com/evanw/esbuild/pkg/api"
)

// parseScript reads JavaScript. What only other tools read, imports and types, is
// first made into what is plain.
func parseScript(source string, own Own) (*tests, bool) {
	parsed, err := jsparser.ParseFile(nil, "", source, 0, jsparser.WithDisableSourceMaps)
	for _, loader := range []api.Loader{api.LoaderJSX, api.LoaderTS, api.LoaderTSX} {
		if err == nil {
			break
		}
		made := api.Transform(source, api.TransformOptions{Loader: loader, Format: api.FormatCommonJS, Target: api.ES2018, LogLevel: api.LogLevelSilent})
		if len(made.Errors) > 0 {
			continue
		}
		parsed, err = jsparser.ParseFile(nil, "", string(made.Code), 0, jsparser.WithDisableSourceMaps)
	}
	if err != nil {
		return nil, false
	}
	s := &scriptReader{own: own, modules: map[string]string{}, replaced: replacedIn(source)}
	f := newTests(scriptNames)
	for name := range set("assert expect should chai sinon") {
		f.checkers[name] = true
	}
	root := &node{kids: s.statements(parsed.Body)}
	if root.deeper(maxDeep) {
		return nil, false
	}
	f.collect(root, false)
	f.rest = []*node{root}
	return f, true
}

// scriptNames are names of the language, its library and the tools of tests.
const scriptNames = `_ undefined NaN Infinity Array ArrayBuffer BigInt Boolean Buffer Date Error EvalError Function Intl JSON Map Math Number Object Promise Proxy
RangeError ReferenceError Reflect RegExp Set String Symbol SyntaxError TypeError URIError URL URLSearchParams Uint8Array Uint16Array Uint32Array Int8Array Int16Array
Int32Array Float32Array Float64Array DataView WeakMap WeakSet AbortController Event EventTarget TextEncoder TextDecoder clearInterval clearTimeout clearImmediate
console decodeURI decodeURIComponent encodeURI encodeURIComponent escape exports fetch global globalThis isFinite isNaN module parseFloat parseInt performance process
queueMicrotask require setImmediate setInterval setTimeout structuredClone unescape window document __dirname __filename arguments
jest vi mocha describe context suite before after beforeEach afterEach beforeAll afterAll setup teardown done
__create __defProp __getOwnPropDesc __getOwnPropNames __getProtoOf __hasOwnProp __copyProps __toESM __toCommonJS __export __commonJS`

// What a module is to a test.
const (
	asserting = "assert"
	running   = "\x00runner"
	elsewhere = "\x00foreign"
)

var (
	assertModules = set("assert node:assert assert/strict node:assert/strict chai should expect power-assert unexpected must sinon-chai")
	runModules    = set("mocha vitest jest @jest/globals node:test test tape ava tap qunit uvu bun:test @playwright/test lab blue-tape tape-promise zora")
)

func (s *scriptReader) module(name string) string {
	switch {
	case s.replaced[name]:
		return elsewhere
	case strings.HasPrefix(name, "."), s.own != nil && s.own(name):
		return codeUnderTest
	case assertModules[name]:
		return asserting
	case runModules[name]:
		return running
	}
	return elsewhere
}

// scriptReader makes nodes of JavaScript's syntax.
type scriptReader struct {
	own      Own
	modules  map[string]string // names that imports were given
	replaced map[string]bool   // modules that stand-ins take the place of
}

// standIn matches what puts something made up in the place of a module.
var standIn = regexp.MustCompile(`\b(?:jest|vi|vitest)\.(?:mock|doMock|unstable_mockModule)\(\s*["'\x60]([^"'\x60\n]+)["'\x60]\s*,`)

// replacedIn are the modules that tests replace as a whole. Stand-ins that are made
// of the real one are none.
func replacedIn(source string) map[string]bool {
	all := map[string]bool{}
	if strings.Contains(source, "requireActual") || strings.Contains(source, "importActual") || strings.Contains(source, "importOriginal") {
		return all
	}
	for _, m := range standIn.FindAllStringSubmatch(source, 100) {
		all[m[1]] = true
	}
	return all
}

// left marks a chain of promises that is a statement: nobody has it afterwards.
func left(n *node) *node {
	if n.kind == call && !n.waits {
		if last := n.kids[0].last(); n.kids[0].kind == member && (last == "then" || last == "catch" || last == "finally") {
			return &node{name: leftAlone, kids: []*node{n}, at: n.at}
		}
	}
	return n
}

func at(i file.Idx) int { return int(i) }

func (s *scriptReader) statements(all []ast.Statement) []*node {
	nodes := make([]*node, 0, len(all))
	for _, one := range all {
		nodes = append(nodes, s.statement(one))
	}
	return nodes
}

func (s *scriptReader) statement(n ast.Statement) *node {
	switch n := n.(type) {
	case *ast.BlockStatement:
		return &node{kids: s.statements(n.List)}
	case *ast.ExpressionStatement:
		return left(s.expression(n.Expression))
	case *ast.VariableStatement:
		return s.bindings(n.List, "")
	case *ast.LexicalDeclaration:
		return s.bindings(n.List, "")
	case *ast.FunctionDeclaration:
		return s.named(n.Function.Name, s.expression(n.Function))
	case *ast.ClassDeclaration:
		return s.named(n.Class.Name, s.expression(n.Class))
	case *ast.IfStatement:
		b := &node{kind: branch, kids: []*node{s.expression(n.Test), s.statement(n.Consequent)}, at: at(n.If)}
		if n.Alternate != nil {
			b.kids = append(b.kids, s.statement(n.Alternate))
		}
		return b
	case *ast.TryStatement:
		t := &node{kind: attempt, kids: []*node{s.statement(n.Body), nil}, at: at(n.Try)}
		if n.Catch != nil {
			t.kids[1] = &node{kids: []*node{s.statement(n.Catch.Body)}}
			if n.Catch.Parameter != nil {
				t.kids[1].names = targets(n.Catch.Parameter)
			}
		}
		if n.Finally != nil {
			t.kids = append(t.kids, s.statement(n.Finally))
		}
		return t
	case *ast.ReturnStatement:
		return &node{kind: ending, name: "return", kids: []*node{s.expression(n.Argument)}, at: at(n.Return)}
	case *ast.ThrowStatement:
		return &node{kind: ending, name: "throw", kids: []*node{s.expression(n.Argument)}, at: at(n.Throw)}
	case *ast.LabelledStatement:
		return s.statement(n.Statement)
	}
	return s.loop(n)
}

func (s *scriptReader) loop(n ast.Statement) *node {
	switch n := n.(type) {
	case *ast.ForStatement:
		all := &node{kids: []*node{s.expression(n.Test), s.expression(n.Update), s.statement(n.Body)}}
		switch i := n.Initializer.(type) {
		case *ast.ForLoopInitializerExpression:
			all.kids = append(all.kids, s.expression(i.Expression))
		case *ast.ForLoopInitializerVarDeclList:
			all.kids = append(all.kids, s.bindings(i.List, "range"))
		case *ast.ForLoopInitializerLexicalDecl:
			all.kids = append(all.kids, s.bindings(i.LexicalDeclaration.List, "range"))
		}
		return all
	case *ast.ForInStatement:
		return s.each(n.Into, n.Source, n.Body)
	case *ast.ForOfStatement:
		return s.each(n.Into, n.Source, n.Body)
	case *ast.WhileStatement:
		return &node{kids: []*node{s.expression(n.Test), s.statement(n.Body)}}
	case *ast.DoWhileStatement:
		return &node{kids: []*node{s.statement(n.Body), s.expression(n.Test)}}
	case *ast.SwitchStatement:
		b := &node{kind: branch, kids: []*node{s.expression(n.Discriminant)}}
		for _, c := range n.Body {
			b.kids = append(b.kids, &node{kids: append([]*node{s.expression(c.Test)}, s.statements(c.Consequent)...)})
		}
		return b
	}
	return &node{}
}

func (s *scriptReader) each(into ast.ForInto, source ast.Expression, body ast.Statement) *node {
	loop := &node{kind: assign, name: "range", fresh: true, kids: []*node{s.expression(source)}}
	switch i := into.(type) {
	case *ast.ForIntoVar:
		loop.into = idents(targets(i.Binding.Target))
	case *ast.ForDeclaration:
		loop.into = idents(targets(i.Target))
	case *ast.ForIntoExpression:
		loop.into, loop.fresh = []*node{s.expression(i.Expression)}, false
	}
	return &node{kids: []*node{loop, s.statement(body)}}
}

func (s *scriptReader) named(name *ast.Identifier, value *node) *node {
	if name == nil {
		return value
	}
	return &node{kind: assign, fresh: true, into: idents([]string{name.Name.String()}), kids: []*node{value}, at: at(name.Idx)}
}

func (s *scriptReader) bindings(all []*ast.Binding, how string) *node {
	n := &node{}
	for _, b := range all {
		value := s.expression(b.Initializer)
		one := &node{kind: assign, name: how, fresh: true, into: idents(targets(b.Target)), kids: []*node{value}, at: at(b.Idx0())}
		if len(one.into) != 1 {
			one.name = "range" // it has a part of the value
		} else if value.kind == ident && (value.name == asserting || value.name == running || value.name == elsewhere || value.name == codeUnderTest) {
			s.modules[one.into[0].name] = value.name
		}
		if b.Initializer == nil {
			one.name = "range" // whoever gives it a value is seen elsewhere
		}
		n.kids = append(n.kids, one)
	}
	return n
}

func idents(names []string) []*node {
	var all []*node
	for _, name := range names {
		all = append(all, &node{kind: ident, name: name})
	}
	return all
}

// targets are the names that a pattern declares.
func targets(e ast.Expression) []string {
	var all []string
	switch e := e.(type) {
	case *ast.Identifier:
		return []string{e.Name.String()}
	case *ast.ArrayPattern:
		for _, one := range append(e.Elements[:len(e.Elements):len(e.Elements)], e.Rest) {
			all = append(all, targets(one)...)
		}
	case *ast.ObjectPattern:
		for _, p := range e.Properties {
			switch p := p.(type) {
			case *ast.PropertyShort:
				all = append(all, p.Name.Name.String())
			case *ast.PropertyKeyed:
				all = append(all, targets(p.Value)...)
			}
		}
		all = append(all, targets(e.Rest)...)
	case *ast.AssignExpression:
		return targets(e.Left)
	case *ast.SpreadElement:
		return targets(e.Expression)
	}
	return all
}

func (s *scriptReader) list(all []ast.Expression) []*node {
	nodes := make([]*node, 0, len(all))
	for _, one := range all {
		nodes = append(nodes, s.expression(one))
	}
	return nodes
}

func (s *scriptReader) expression(e ast.Expression) *node {
	switch e := e.(type) {
	case *ast.Identifier:
		return &node{kind: ident, name: e.Name.String(), at: at(e.Idx)}
	case *ast.StringLiteral:
		return &node{kind: literal, name: e.Literal, at: at(e.Idx)}
	case *ast.NumberLiteral:
		return &node{kind: literal, name: e.Literal, at: at(e.Idx)}
	case *ast.BooleanLiteral:
		return &node{kind: literal, name: e.Literal, at: at(e.Idx)}
	case *ast.NullLiteral:
		return &node{kind: literal, name: "null", at: at(e.Idx)}
	case *ast.RegExpLiteral:
		return &node{kind: literal, name: e.Literal, at: at(e.Idx)}
	case *ast.DotExpression:
		return s.member(s.expression(e.Left), e.Identifier.Name.String(), at(e.Idx0()))
	case *ast.BracketExpression:
		if text, ok := e.Member.(*ast.StringLiteral); ok {
			return s.member(s.expression(e.Left), text.Value.String(), at(e.Idx0()))
		}
		return &node{kind: member, kids: []*node{s.expression(e.Left), s.expression(e.Member)}, at: at(e.Idx0())}
	case *ast.CallExpression:
		return s.call(e.Callee, e.ArgumentList, at(e.Idx0()))
	case *ast.NewExpression:
		return s.call(e.Callee, e.ArgumentList, at(e.New))
	case *ast.FunctionLiteral:
		return &node{kind: function, names: s.parameters(e.ParameterList), kids: []*node{s.statement(e.Body)}, at: at(e.Function)}
	case *ast.ArrowFunctionLiteral:
		f := &node{kind: function, names: s.parameters(e.ParameterList), at: at(e.Start)}
		switch b := e.Body.(type) {
		case *ast.BlockStatement:
			f.kids = []*node{s.statement(b)}
		case *ast.ExpressionBody:
			f.kids = []*node{s.expression(b.Expression)}
		}
		return f
	}
	return s.composed(e)
}

// member is a member of a value; one of a tool of tests is that tool.
func (s *scriptReader) member(of *node, name string, at int) *node {
	imported := of.kind == ident && (of.name == running || s.modules[of.name] == running && (strings.HasPrefix(of.name, "import_") || name == "default"))
	if imported && name != "skip" && name != "only" && name != "each" && name != "todo" {
		if name == "default" {
			name = "test"
		}
		return &node{kind: ident, name: name, at: at}
	}
	if name == "default" && of.kind == ident && s.modules[of.name] != "" {
		return of
	}
	return &node{kind: member, name: name, kids: []*node{of}, at: at}
}

func (s *scriptReader) call(callee ast.Expression, args []ast.Expression, at int) *node {
	c := &node{kind: call, kids: append([]*node{s.expression(callee)}, s.list(args)...), at: at}
	if len(args) == 0 {
		return c
	}
	text, literal := args[0].(*ast.StringLiteral)
	name, named := callee.(*ast.Identifier)
	made := c.kids[0].kind == call && c.kids[0].kids[0].last() == "createRequire"
	if literal && (made || named && name.Name == "require") {
		return &node{kind: ident, name: s.module(text.Value.String()), at: at}
	}
	if named {
		switch {
		case name.Name == "__toESM":
			return c.kids[1]
		case literal && strings.HasPrefix(text.Value.String(), "."): // proxyquire, rewire and the like
			c.kids = append(c.kids, &node{kind: ident, name: codeUnderTest, at: at})
		}
	}
	return c
}

func (s *scriptReader) parameters(p *ast.ParameterList) []string {
	var all []string
	if p == nil {
		return all
	}
	for _, b := range p.List {
		names := targets(b.Target)
		if len(names) != 1 {
			names = append([]string{""}, names...) // the parameter itself has no name
		}
		all = append(all, names...)
	}
	return append(all, targets(p.Rest)...)
}

func (s *scriptReader) composed(e ast.Expression) *node {
	switch e := e.(type) {
	case *ast.AssignExpression:
		a := &node{kind: assign, kids: []*node{s.expression(e.Right)}, into: []*node{s.expression(e.Left)}, at: at(e.Idx0())}
		if names := targets(e.Left); len(names) > 1 {
			a.into, a.name = idents(names), "range"
		}
		if e.Operator != token.ASSIGN {
			a.name = "+="
		}
		return a
	case *ast.BinaryExpression:
		return &node{kind: operator, name: e.Operator.String(), kids: []*node{s.expression(e.Left), s.expression(e.Right)}, at: at(e.Idx0())}
	case *ast.UnaryExpression:
		u := &node{kind: operator, name: e.Operator.String(), kids: []*node{s.expression(e.Operand)}, at: at(e.Idx0())}
		if e.Operator == token.INCREMENT || e.Operator == token.DECREMENT {
			return &node{kind: assign, name: "+=", kids: u.kids, into: u.kids, at: u.at}
		}
		return u
	case *ast.ConditionalExpression:
		return &node{kids: []*node{s.expression(e.Test), s.expression(e.Consequent), s.expression(e.Alternate)}}
	case *ast.SequenceExpression:
		if n := len(e.Sequence); n == 2 {
			if _, zero := e.Sequence[0].(*ast.NumberLiteral); zero {
				return s.expression(e.Sequence[1]) // how a call without this is written
			}
		}
		return &node{kids: s.list(e.Sequence)}
	case *ast.AwaitExpression:
		awaited := s.expression(e.Argument)
		awaited.waits = true
		return awaited
	case *ast.YieldExpression:
		return s.expression(e.Argument)
	case *ast.SpreadElement:
		return s.expression(e.Expression)
	case *ast.OptionalChain:
		return s.expression(e.Expression)
	case *ast.Optional:
		return s.expression(e.Expression)
	case *ast.ArrayLiteral:
		return &node{name: "[]", kids: s.list(e.Value)}
	case *ast.TemplateLiteral:
		t := &node{name: "`", kids: s.list(e.Expressions)}
		if e.Tag != nil {
			t.kids = append(t.kids, s.expression(e.Tag))
		}
		for _, part := range e.Elements {
			t.kids = append(t.kids, &node{kind: literal, name: part.Literal})
		}
		return t
	case *ast.ObjectLiteral:
		return s.object(e)
	case *ast.ClassLiteral:
		return s.class(e)
	}
	return &node{}
}

func (s *scriptReader) object(e *ast.ObjectLiteral) *node {
	o := &node{name: "{}"}
	for _, p := range e.Value {
		switch p := p.(type) {
		case *ast.PropertyShort:
			o.kids = append(o.kids, &node{kind: ident, name: p.Name.Name.String(), at: at(p.Name.Idx)})
		case *ast.PropertyKeyed:
			key := &node{}
			if p.Computed {
				key = s.expression(p.Key)
			} else if text, ok := p.Key.(*ast.StringLiteral); ok {
				key = &node{kind: literal, name: text.Value.String()}
			}
			o.kids = append(o.kids, key, s.expression(p.Value))
		case *ast.SpreadElement:
			o.kids = append(o.kids, s.expression(p.Expression))
		}
	}
	return o
}

func (s *scriptReader) class(e *ast.ClassLiteral) *node {
	c := &node{kids: []*node{s.expression(e.SuperClass)}}
	for _, part := range e.Body {
		switch part := part.(type) {
		case *ast.MethodDefinition:
			c.kids = append(c.kids, s.expression(part.Body))
		case *ast.FieldDefinition:
			c.kids = append(c.kids, s.expression(part.Initializer))
		}
	}
	return c
}
