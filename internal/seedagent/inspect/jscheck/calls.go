package jscheck

import (
	"regexp"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"
)

// callee names what a call calls: "fs.readFileSync" for any local name of fs,
// "res.send" for a member of a plain variable, "eval" for a global.
func (f *file) callee(x ast.Expression) string {
	switch e := x.(type) {
	case *ast.Identifier:
		if m := f.members[string(e.Name)]; m != "" {
			return m
		}
		return string(e.Name)
	case *ast.DotExpression:
		member := string(e.Identifier.Name)
		if id, ok := e.Left.(*ast.Identifier); ok {
			if m := f.modules[string(id.Name)]; m != "" {
				return m + "." + member
			}
			return string(id.Name) + "." + member
		}
		// import_fs.default.readFileSync
		if d, ok := e.Left.(*ast.DotExpression); ok && (d.Identifier.Name == "default" || d.Identifier.Name == "promises") {
			if id, ok := d.Left.(*ast.Identifier); ok && f.modules[string(id.Name)] != "" {
				return f.modules[string(id.Name)] + "." + member
			}
		}
		return "." + member
	case *ast.SequenceExpression: // (0, import_fs.readFileSync)
		return f.callee(e.Sequence[len(e.Sequence)-1])
	case *ast.OptionalChain:
		return f.callee(e.Expression)
	case *ast.Optional:
		return f.callee(e.Expression)
	}
	return ""
}

// call checks one call.
func (c *checker) call(w *walker, call *ast.CallExpression) {
	f, name, args := w.f, w.f.callee(call.Callee), call.ArgumentList
	module, member, _ := strings.Cut(name, ".")
	switch {
	case name == "eval" && len(args) > 0 && !literal(args[0]):
		c.hit(f, call, ruleEval, "`"+f.text(call)+"` runs text as code", "Parse what you expect instead: `JSON.parse` for data, a lookup table or a small expression parser for rules.")
	case (name == "setTimeout" || name == "setInterval") && len(args) > 0 && isText(args[0]):
		c.hit(f, call, ruleEval, "`"+name+"` gets its code as a string", "Pass a function: `"+name+"(() => { … }, ms)`.")
	case module == "child_process" && (member == "exec" || member == "execSync") && len(args) > 0 && !literal(args[0]):
		c.command(w, call, member)
	case module == "crypto" && (member == "createHash" || member == "createHmac") && len(args) > 0 && weakHash(args[0]) && member == "createHash":
		c.hit(f, call, ruleHash, "`"+f.text(call)+"` uses a broken hash", "Use `crypto.createHash('sha256')`, for passwords `crypto.scrypt`, for signatures `createHmac('sha256', key)`.")
	case name == "Math.random" && w.nearSecret():
		c.hit(f, call, ruleRandom, "`Math.random` feeds a value that must not be guessed", "Use `crypto.randomBytes(16).toString('hex')` or `crypto.randomUUID()`.")
	case module == "fs" && strings.HasSuffix(member, "Sync") && w.fn != nil && w.fn.request != "" && member != "existsSync":
		c.hit(f, call, ruleSync, "`"+f.text(call.Callee)+"` blocks the server while it handles a request",
			"Read it once at start, or `await fs.promises."+strings.TrimSuffix(member, "Sync")+"(…)`.")
	case module == "child_process" && strings.HasSuffix(member, "Sync") && w.fn != nil && w.fn.request != "":
		c.hit(f, call, ruleSync, "`"+f.text(call.Callee)+"` blocks the server until the process ends", "Use the asynchronous `child_process."+strings.TrimSuffix(member, "Sync")+"`.")
	}
	c.query(w, call)
	c.fromRequest(w, call, name, module, member)
}

// command reports exec with a value in the line.
func (c *checker) command(w *walker, call *ast.CallExpression, member string) {
	arg := call.ArgumentList[0]
	if _, plain := arg.(*ast.Identifier); plain && !w.fn.fromRequest(arg) {
		return // a variable of unknown origin; a built line is what we can prove
	}
	c.hit(w.f, call, ruleExec, "`"+member+"` runs a shell line that is put together from values",
		"Use `execFile('program', [arg1, arg2], callback)`: its arguments reach the program as they are.")
}

// sinks are calls whose first argument is a path.
var pathSinks = map[string]bool{"readFile": true, "readFileSync": true, "createReadStream": true, "writeFile": true, "unlink": true, "writeFileSync": true, "createWriteStream": true, "unlinkSync": true, "readdir": true}

// fromRequest reports values of the request in places where they decide.
func (c *checker) fromRequest(w *walker, call *ast.CallExpression, name, module, member string) {
	fn, args := w.fn, call.ArgumentList
	if fn == nil || fn.request == "" || len(args) == 0 {
		return
	}
	reply := func(members ...string) bool {
		for _, m := range members {
			if name == fn.reply+"."+m {
				return true
			}
		}
		return false
	}
	switch {
	case reply("sendFile", "download", "sendfile") && fn.fromRequest(args[0]) && !hasRoot(args):
		c.hit(w.f, call, rulePath, "`"+w.f.text(args[0])+"` from the request becomes a file path",
			"`"+fn.reply+"."+strings.TrimPrefix(name, fn.reply+".")+"(path.basename(…), { root: '/the/folder' })`: `root` refuses to leave it.")
	case module == "fs" && pathSinks[member] && fn.fromRequest(args[0]) && !strings.Contains(w.f.text(args[0]), "basename"):
		c.hit(w.f, call, rulePath, "`"+w.f.text(args[0])+"` from the request becomes a file path",
			"Resolve it and check: `const p = path.resolve(root, name); if (!p.startsWith(root + path.sep)) …`.")
	case reply("redirect") && fn.fromRequest(args[len(args)-1]) && direct(args[len(args)-1]):
		c.hit(w.f, call, ruleRedirect, "the request decides where the answer redirects to", "Allow paths of your own only: refuse what does not match `/^\\/(?!\\/)/`.")
	case reply("send", "end", "write") && markup(w.f, args[0]) && fn.fromRequest(args[0]) && !escapes(w.f.text(args[0])):
		c.hit(w.f, call, ruleXSS, "a value of the request goes into the page unescaped", "Escape it, or render with a template engine that does; send data as JSON with `"+fn.reply+".json(…)`.")
	case name == "RegExp" && fn.fromRequest(args[0]):
		c.hit(w.f, call, ruleRegExp, "the request supplies a regular expression", "Escape it (`RegExp.escape`, or replace `/[.*+?^${}()|[\\]\\\\]/g` by `\\\\$&`) or search with `includes`.")
	}
}

// direct reports whether the expression is the request's value itself, not a
// path with a fixed beginning.
func direct(x ast.Expression) bool {
	switch e := x.(type) {
	case *ast.DotExpression, *ast.Identifier, *ast.BracketExpression:
		return true
	case *ast.BinaryExpression:
		return e.Operator == token.LOGICAL_OR && direct(e.Left)
	}
	return false
}

// markup reports whether an answer is text put together here, by + or a
// template or replace, rather than data.
func markup(f *file, x ast.Expression) bool {
	switch e := x.(type) {
	case *ast.BinaryExpression:
		return e.Operator == token.PLUS
	case *ast.TemplateLiteral:
		return len(e.Expressions) > 0
	case *ast.CallExpression:
		return strings.HasSuffix(f.callee(e.Callee), ".replace")
	}
	return false
}

var escaping = regexp.MustCompile(`(?i)escape|encode|sanitize|Number\(|parseInt\(|JSON\.stringify`)

func escapes(text string) bool { return escaping.MatchString(text) }

func hasRoot(args []ast.Expression) bool {
	for _, a := range args[1:] {
		if o, ok := a.(*ast.ObjectLiteral); ok {
			for _, p := range o.Value {
				if k, ok := p.(*ast.PropertyKeyed); ok && literalKey(k.Key) == "root" {
					return true
				}
			}
		}
	}
	return false
}

func weakHash(x ast.Expression) bool {
	s, ok := x.(*ast.StringLiteral)
	return ok && (strings.EqualFold(string(s.Value), "md5") || strings.EqualFold(string(s.Value), "sha1"))
}

func literal(x ast.Expression) bool {
	switch e := x.(type) {
	case *ast.StringLiteral, *ast.NumberLiteral:
		return true
	case *ast.TemplateLiteral:
		return len(e.Expressions) == 0
	case *ast.BinaryExpression:
		return literal(e.Left) && literal(e.Right)
	}
	return false
}

// isText reports whether an expression is a string by its form.
func isText(x ast.Expression) bool {
	switch e := x.(type) {
	case *ast.StringLiteral, *ast.TemplateLiteral:
		return true
	case *ast.BinaryExpression:
		return e.Operator == token.PLUS && (isText(e.Left) || isText(e.Right))
	}
	return false
}

var secretName = regexp.MustCompile(`(?i)token|secret|password|passwd|salt|nonce|session|api_?key|otp|csrf|invite|\bcode\b|voucher|reset`)

// nearSecret reports whether the function or the variable around the current
// node is named like a secret.
func (w *walker) nearSecret() bool {
	if w.fn != nil && secretName.MatchString(w.fn.name) {
		return true
	}
	for i := len(w.path) - 1; i >= 0 && i > len(w.path)-8; i-- {
		switch p := w.path[i].(type) {
		case *ast.Binding:
			if id, ok := p.Target.(*ast.Identifier); ok && secretName.MatchString(string(id.Name)) {
				return true
			}
		case *ast.FunctionLiteral, *ast.ArrowFunctionLiteral:
			return false
		case *ast.PropertyKeyed:
			if secretName.MatchString(literalKey(p.Key)) {
				return true
			}
		}
	}
	return false
}
