package pycheck

import (
	"fmt"
	"regexp"
	"strings"

	"aicity.dev/aicity/internal/seedagent/inspect"
)

// Where size begins to hurt.
const (
	longFunction = 80 // lines
	deepNesting  = 5
)

// block checks one statement.
func (c *checker) block(f *file, b *block) {
	switch b.keyword() {
	case "def":
		c.function(f, b)
	case "except":
		c.except(f, b)
	case "assert":
		if !f.src.Test {
			c.hit(f, b.line, ruleAssert, "`"+source(b.toks)+"` is gone under `python -O`", "`if not …: raise ValueError(…)`")
		}
	case "from":
		if n := len(b.toks); b.toks[n-1].s == "*" {
			c.hit(f, b.line, ruleStar, "`"+source(b.toks)+"` imports every name", "Import the names you use, or the module.")
		}
	case "return":
		if b.outer != nil && b.outer.keyword() == "finally" {
			c.hit(f, b.line, ruleFinally, "the return in finally swallows any exception", "Return behind the try statement.")
		}
	}
	c.comparisons(f, b)
	for _, call := range b.calls() {
		c.call(f, b, call)
	}
	c.opened(f, b)
	c.sqlText(f, b)
}

func (c *checker) except(f *file, b *block) {
	bare := len(b.toks) == 2
	reraises := false
	b.each(func(in *block) { reraises = reraises || in.keyword() == "raise" })
	if bare && !reraises {
		c.hitUntil(f, b.line, b.last(), ruleBare, "a bare except catches everything, also Ctrl-C", "Name what you expect, such as `except (OSError, ValueError) as err:`, and log it.")
		return
	}
	broad := len(b.toks) >= 3 && (b.toks[1].s == "Exception" || b.toks[1].s == "BaseException")
	if broad && len(b.body) == 1 && len(b.body[0].toks) == 1 && (b.body[0].toks[0].s == "pass" || b.body[0].toks[0].s == "..." || b.body[0].toks[0].s == "continue") {
		c.hitUntil(f, b.line, b.last(), ruleSwallow, "every exception is caught and passed over", "Catch the one you expect, and log it: `logging.exception(\"…\")`.")
	}
}

// function checks defaults and size.
func (c *checker) function(f *file, b *block) {
	first, last := b.line, b.last()
	deepest, at := 0, b
	depth(b, 0, func(d int, in *block) {
		if d > deepest {
			deepest, at = d, in
		}
	})
	name := b.defName()
	if b.outer.keyword() == "class" {
		name = b.outer.defName() + "." + name
	}
	c.out.Measures = append(c.out.Measures, inspect.Measure{File: f.src.Path, Line: first, Name: name, Lines: last - first + 1, Depth: deepest})
	if n := last - first + 1; n > longFunction {
		c.hit(f, first, ruleLong, fmt.Sprintf("%s is %d lines long", name, n), "Extract the steps that have a name of their own.")
	}
	if deepest >= deepNesting {
		c.hit(f, at.line, ruleDeep, fmt.Sprintf("%s nests %d blocks here", name, deepest), "Leave early (`if not ok: continue`) or extract the inner loop.")
	}
	for i, t := range b.toks {
		if t.s != "(" {
			continue
		}
		args, _ := b.arguments(i)
		for _, a := range args {
			c.mutable(f, b, a)
		}
		break
	}
}

// mutable finds defaults that are shared between calls.
func (c *checker) mutable(f *file, def *block, a arg) {
	toks := a.toks
	param := a.name
	if param == "" { // annotated: name: type = default
		for i, t := range toks {
			if t.s == "=" {
				param, toks = toks[0].s, toks[i+1:]
				break
			}
		}
	}
	if param == "" || len(toks) < 2 {
		return
	}
	value := source(toks)
	switch {
	case toks[0].s == "[", toks[0].s == "{", value == "list()", value == "dict()", value == "set()":
		severity := inspect.Low
		if def.changes(param) {
			severity = inspect.High
		}
		if f.src.Test {
			return
		}
		c.out.Hits = append(c.out.Hits, inspect.Hit{Rule: ruleMutable, Severity: severity, File: f.src.Path, Line: toks[0].line,
			Claim: "`" + param + "=" + value + "` of " + def.defName() + " is one object for all calls",
			Fix:   "`" + param + "=None`, and in the body `if " + param + " is None: " + param + " = " + value + "`."})
	}
}

// mutators are the methods that change a list, dict or set in place.
var mutators = map[string]bool{"append": true, "extend": true, "insert": true, "add": true, "update": true, "pop": true, "remove": true, "clear": true, "setdefault": true, "sort": true, "discard": true}

// changes reports whether the body changes a parameter in place.
func (b *block) changes(param string) bool {
	found := false
	b.each(func(in *block) {
		for i, t := range in.toks {
			if t.kind != name || t.s != param || i+2 >= len(in.toks) || i > 0 && in.toks[i-1].s == "." {
				continue
			}
			next := in.toks[i+1].s
			if next == "." && mutators[in.toks[i+2].s] || next == "+=" || i == 0 && next == "[" && strings.Contains(source(in.toks), "=") && !in.compound() {
				found = true
			}
		}
	})
	return found
}

func depth(b *block, d int, visit func(int, *block)) {
	for _, in := range b.body {
		switch in.keyword() {
		case "def", "class":
			continue // counts for itself
		case "if", "for", "while", "try", "with", "match":
			visit(d+1, in)
			depth(in, d+1, visit)
		case "elif", "else", "except", "finally", "case":
			visit(d+1, in)
			depth(in, d+1, visit)
		}
	}
}

func (c *checker) comparisons(f *file, b *block) {
	for i := 1; i+1 < len(b.toks); i++ {
		t, next := b.toks[i], b.toks[i+1]
		switch {
		case (t.s == "==" || t.s == "!=") && t.kind == op && next.s == "None" && next.kind == name:
			is := "is"
			if t.s == "!=" {
				is = "is not"
			}
			c.hit(f, t.line, ruleNone, "`"+t.s+" None` asks the object what it equals", "`"+is+" None`")
		case t.s == "is" && t.kind == name && (next.kind == number || next.kind == text):
			c.hit(f, t.line, ruleNone, "`is "+next.s+"` compares identity", "`== "+next.s+"`")
		}
	}
}

var secretName = regexp.MustCompile(`(?i)token|secret|password|passwd|salt|nonce|session|api_?key|otp|csrf|invite|voucher|reset_code`)

// call checks one call.
func (c *checker) call(f *file, b *block, call call) {
	full := f.full(call.name)
	first := arg{}
	if len(call.args) > 0 {
		first = call.args[0]
	}
	shell, shellSet := call.keywordArg("shell")
	loader, loaderSet := call.keywordArg("Loader")
	verify, verifySet := call.keywordArg("verify")
	_, timeout := call.keywordArg("timeout")
	_, filter := call.keywordArg("filter")
	debug, _ := call.keywordArg("debug")
	module, member, _ := strings.Cut(full, ".")
	switch {
	case module == "subprocess" && shellSet && source(shell) == "True" && dynamic(first.toks):
		c.hitUntil(f, call.line, b.end, ruleShell, "`"+call.name+"` runs a shell line with values in it",
			"Pass a list and leave `shell` out: `"+call.name+"([\"program\", arg1, arg2], check=True)`.")
	case (full == "os.system" || full == "os.popen") && dynamic(first.toks):
		c.hit(f, call.line, ruleShell, "`"+call.name+"` runs a shell line with values in it", "`subprocess.run([\"program\", arg1, arg2], check=True)`")
	case (full == "eval" || full == "exec") && dynamic(first.toks):
		c.hit(f, call.line, ruleEval, "`"+call.name+"("+source(first.toks)+")` runs text as code", "`ast.literal_eval` reads literals; for rules use a table of functions.")
	case full == "pickle.load" || full == "pickle.loads" || full == "marshal.load" || full == "marshal.loads" || full == "cPickle.load" || full == "dill.load" || full == "shelve.open":
		c.hit(f, call.line, rulePickle, "`"+call.name+"("+source(first.toks)+")` trusts whoever wrote the data", "Use JSON, or sign the file and check the signature before loading.")
	case full == "yaml.load" && (len(call.args) < 2 || loaderSet && !strings.Contains(source(loader), "Safe")):
		c.hit(f, call.line, ruleYAML, "`"+call.name+"` may build any object", "`yaml.safe_load("+source(first.toks)+")`")
	case verifySet && source(verify) == "False" && (module == "requests" || module == "httpx" || strings.HasSuffix(member, "get") || strings.HasSuffix(member, "post") || strings.HasSuffix(member, "request")):
		c.hit(f, call.line, ruleTLS, "`verify=False` accepts any certificate", "Remove it; for a private authority pass `verify=\"/path/to/ca.pem\"`.")
	case full == "ssl._create_unverified_context":
		c.hit(f, call.line, ruleTLS, "the TLS context checks nothing", "`ssl.create_default_context(cafile=…)`")
	case full == "hashlib.md5" || full == "hashlib.sha1":
		if _, ok := call.keywordArg("usedforsecurity"); !ok {
			c.hit(f, call.line, ruleHash, "`"+call.name+"` is a broken hash", "`hashlib.sha256`; for passwords `hashlib.scrypt`; if it only names a cache entry say `usedforsecurity=False`.")
		}
	case module == "random" && member != "SystemRandom" && c.secret(b):
		c.hit(f, call.line, ruleRandom, "`"+call.name+"` feeds a value that must not be guessed", "`secrets.token_urlsafe(16)`, `secrets.choice(…)`")
	case full == "tempfile.mktemp":
		c.hit(f, call.line, ruleTemp, "`tempfile.mktemp` only returns a name", "`tempfile.NamedTemporaryFile()` or `mkstemp()`.")
	case strings.HasSuffix(full, ".run") && source(debug) == "True":
		c.hit(f, call.line, ruleDebug, "`"+call.name+"` starts with `debug=True`", "Take it from the environment, off by default.")
	case strings.HasSuffix(full, ".extractall") && !filter && f.imports["tarfile"] != "":
		c.hit(f, call.line, ruleExtract, "`"+call.name+"` writes wherever the archive says", "`"+call.name+"(path, filter=\"data\")` (Python 3.12, and backported).")
	}
	if module == "requests" && httpVerb[member] && !timeout && !call.spread() {
		c.hit(f, call.line, ruleTimeout, "`"+call.name+"` has no timeout", "Add `timeout=10`.")
	}
	if (strings.HasSuffix(call.name, ".execute") || strings.HasSuffix(call.name, ".executemany") || strings.HasSuffix(call.name, ".executescript")) && len(call.args) > 0 && sqlBuilt(first.toks) {
		c.hitUntil(f, call.line, b.end, ruleSQL, "values are put into the text of a statement for `"+call.name+"`", "Write `?` (sqlite3) or `%s` (psycopg) and pass the values as the second argument: `execute(\"… WHERE x = ?\", (x,))`.")
	}
}

var httpVerb = map[string]bool{"get": true, "post": true, "put": true, "patch": true, "delete": true, "head": true, "request": true}

// secret reports whether the statement or its function is named like a secret.
func (c *checker) secret(b *block) bool {
	if len(b.toks) > 2 && b.toks[0].kind == name && b.toks[1].s == "=" && secretName.MatchString(b.toks[0].s) {
		return true
	}
	fn := b.function()
	return fn != nil && secretName.MatchString(fn.defName())
}

// dynamic reports whether an argument is more than a literal.
func dynamic(toks []tok) bool {
	if len(toks) == 0 {
		return false
	}
	for _, t := range toks {
		if t.kind == name || t.kind == text && formatted(t.s) && strings.Contains(t.s, "{") {
			return true
		}
	}
	return false
}

// formatted reports whether a string literal is an f-string.
func formatted(s string) bool {
	prefix, _, _ := strings.Cut(strings.ReplaceAll(s, "'", "\""), "\"")
	return strings.ContainsAny(prefix, "fF")
}

var sqlText = regexp.MustCompile(`(?is)^[rbuf]*["']{1,3}\s*(?:select\s.+\sfrom\s|insert\s+into\s|update\s+\S+\s+set\s|delete\s+from\s)`)

// sqlBuilt reports whether tokens put values into the text of a statement:
// an f-string with braces, "…" % x, "…" + x, "…".format(x).
func sqlBuilt(toks []tok) bool {
	if len(toks) == 0 || toks[0].kind != text || !sqlText.MatchString(toks[0].s) {
		return false
	}
	for i, t := range toks {
		if t.kind == text && formatted(t.s) && strings.Contains(strings.ReplaceAll(t.s, "{{", ""), "{") {
			return true
		}
		if i > 0 && t.kind == op && (t.s == "+" || t.s == "%") && i+1 < len(toks) && toks[i+1].kind != text {
			return true
		}
		if i > 0 && t.s == "format" && toks[i-1].s == "." {
			return true
		}
	}
	return false
}

// sqlText finds statements that are put together in an assignment and executed
// in the same function.
func (c *checker) sqlText(f *file, b *block) {
	if len(b.toks) < 3 || b.toks[0].kind != name || b.toks[1].s != "=" || !sqlBuilt(b.toks[2:]) {
		return
	}
	fn := b.function()
	if fn == nil {
		fn = f.root
	}
	executed := false
	fn.each(func(in *block) {
		for _, call := range in.calls() {
			if strings.HasSuffix(call.name, ".execute") && len(call.args) > 0 && source(call.args[0].toks) == b.toks[0].s {
				executed = true
			}
		}
	})
	if executed {
		c.hitUntil(f, b.line, b.end, ruleSQL, "values are put into the text of `"+b.toks[0].s+"`, which is executed", "Write `?` or `%s` and pass the values as the second argument of `execute`.")
	}
}

// opened finds files that are opened into a variable and never closed.
func (c *checker) opened(f *file, b *block) {
	if len(b.toks) < 4 || b.toks[0].kind != name || b.toks[1].s != "=" || b.toks[2].s != "open" || b.toks[3].s != "(" || b.keyword() == "with" {
		return
	}
	v := b.toks[0].s
	fn := b.function()
	if fn == nil {
		fn = f.root
	}
	handled := false
	fn.each(func(in *block) {
		for _, call := range in.calls() {
			if call.name == v+".close" || strings.HasSuffix(call.name, "closing") {
				handled = true
			}
		}
		if k := in.keyword(); (k == "return" || k == "yield" || k == "with") && len(in.toks) > 1 && in.toks[1].s == v {
			handled = true
		}
	})
	if !handled {
		c.hit(f, b.line, ruleOpen, "`"+v+"` is opened and never closed", "`with "+source(b.toks[2:])+" as "+v+":`")
	}
}
