package gocheck

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

// call checks a single call.
func (c *checker) call(s *scope, call *ast.CallExpr) {
	f := s.f
	switch {
	case f.isPkg(call.Fun, "fmt", "Sprintf"):
		c.sprintfSQL(s, call)
	case f.isPkg(call.Fun, "fmt", "Errorf"):
		c.errorf(s, call)
	case f.isPkg(call.Fun, "net/http", "ListenAndServe", "ListenAndServeTLS"):
		c.hit(f, call, ruleNoTimeout, "`http."+sel(call)+"` serves without any timeout",
			"Use a server of your own: `srv := &http.Server{Addr: …, Handler: …, ReadHeaderTimeout: 10 * time.Second}` and `srv."+sel(call)+"()`.")
	case f.isPkg(call.Fun, "net/http", "Get", "Post", "PostForm", "Head"):
		c.hit(f, call, ruleNoTimeout, "`http."+sel(call)+"` uses the default client, which waits for ever",
			"Keep an `&http.Client{Timeout: 10 * time.Second}` and build the request with `http.NewRequestWithContext`.")
	case f.isPkg(call.Fun, "net/http", "Error") && len(call.Args) == 3:
		if inner, ok := call.Args[1].(*ast.CallExpr); ok && sel(inner) == "Error" && len(inner.Args) == 0 && serverSide(f.text(call.Args[2])) {
			c.hit(f, call, ruleLeakyError, "the text of an internal error goes to the client",
				"Log the error and answer with a sentence of your own: `http.Error("+f.text(call.Args[0])+", \"internal error\", "+f.text(call.Args[2])+")`.")
		}
	case f.isPkg(call.Fun, "io", "ReadAll") || f.isPkg(call.Fun, "io/ioutil", "ReadAll"):
		if len(call.Args) == 1 && s.request != "" && f.text(call.Args[0]) == s.request+".Body" && !strings.Contains(s.source, "MaxBytesReader") {
			c.hit(f, call, ruleReadAll, "the whole body of the request is read, however large it is",
				"Bound it first: `"+s.request+".Body = http.MaxBytesReader("+orName(s.writer, "w")+", "+s.request+".Body, 1<<20)`.")
		}
	case f.isPkg(call.Fun, "context", "Background", "TODO"):
		c.background(s, call)
	case f.isPkg(call.Fun, "os/exec", "Command", "CommandContext"):
		c.command(s, call)
	case f.isPkg(call.Fun, "crypto/md5", "New", "Sum"), f.isPkg(call.Fun, "crypto/sha1", "New", "Sum"),
		f.isPkg(call.Fun, "crypto/des", "NewCipher", "NewTripleDESCipher"), f.isPkg(call.Fun, "crypto/rc4", "NewCipher"):
		c.hit(f, call, ruleWeakHash, "`"+f.text(call.Fun)+"` is broken for anything that must not be forged",
			"Use `hmac.New(sha256.New, key)` for signatures and `sha256` for digests; passwords need argon2id or bcrypt.")
	case f.isPkg(call.Fun, "os", "Exit"), f.isPkg(call.Fun, "log", "Fatal", "Fatalf", "Fatalln"):
		if f.ast.Name.Name != "main" && s.fn.Name.Name != "TestMain" {
			c.hit(f, call, ruleExit, "`"+f.text(call.Fun)+"` ends the process from package "+f.ast.Name.Name, "Return an error and let main decide.")
		}
	default:
		c.tainted(s, call)
	}
	if strings.HasPrefix(f.text(call.Fun), "rand.") && f.imports["rand"] == "math/rand" || f.imports["rand"] == "math/rand/v2" && strings.HasPrefix(f.text(call.Fun), "rand.") {
		if secretName.MatchString(s.fn.Name.Name) {
			c.hit(f, call, ruleWeakRandom, "`"+s.fn.Name.Name+"` takes its randomness from math/rand", "Use `crypto/rand`: `rand.Text()` or `rand.Read(b)`.")
		}
	}
}

var secretName = regexp.MustCompile(`(?i)token|secret|password|passwd|salt|nonce|session|apikey|api_key|otp|csrf|invite`)

func sel(call *ast.CallExpr) string {
	if s, ok := call.Fun.(*ast.SelectorExpr); ok {
		return s.Sel.Name
	}
	return ""
}

func orName(name, fallback string) string {
	if name == "" {
		return fallback
	}
	return name
}

// serverSide reports whether a status is an error of the server, whose text is
// internal.
func serverSide(status string) bool {
	return strings.Contains(status, "InternalServerError") || strings.Contains(status, "BadGateway") || strings.HasPrefix(status, "50")
}

var sqlText = regexp.MustCompile("(?i)^[\"`]\\s*(?:select\\s.+\\sfrom\\s|insert\\s+into\\s|update\\s+\\S+\\s+set\\s|delete\\s+from\\s|drop\\s+table\\s|alter\\s+table\\s)")

func looksLikeSQL(literal string) bool {
	return sqlText.MatchString(strings.Join(strings.Fields(literal), " "))
}

func shortSQL(literal string) string {
	text := strings.Join(strings.Fields(strings.Trim(literal, "\"`")), " ")
	if len(text) > 50 {
		text = strings.ToValidUTF8(text[:50], "") + "…"
	}
	return strings.ReplaceAll(text, "`", "'")
}

// verbs finds the formatting verbs that put text into a string; numbers are
// harmless in SQL.
var textVerb = regexp.MustCompile(`%[-+# 0-9.]*[svq]`)

func (c *checker) sprintfSQL(s *scope, call *ast.CallExpr) {
	if len(call.Args) < 2 {
		return
	}
	lit, ok := call.Args[0].(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING || !looksLikeSQL(lit.Value) || !textVerb.MatchString(lit.Value) {
		return
	}
	if slices.ContainsFunc(call.Args[1:], constant) {
		return
	}
	c.hit(s.f, call, ruleSQL, "`"+s.f.text(call.Args[1])+"` is formatted into a SQL statement in "+s.fn.Name.Name,
		"Put a placeholder (`?` or `$1`) where the verb stands and pass `"+s.f.text(call.Args[1])+"` as an argument of the query.")
}

// errorf finds errors formatted with %v, which hides them from errors.Is.
func (c *checker) errorf(s *scope, call *ast.CallExpr) {
	if len(call.Args) < 2 {
		return
	}
	lit, ok := call.Args[0].(*ast.BasicLit)
	if !ok || strings.Contains(lit.Value, "%w") {
		return
	}
	last := call.Args[len(call.Args)-1]
	if isIdent(last, "err") && (strings.HasSuffix(lit.Value, `%v"`) || strings.HasSuffix(lit.Value, `%s"`)) {
		c.hit(s.f, call, ruleSentinel, "`fmt.Errorf` formats the cause with "+lit.Value[len(lit.Value)-3:len(lit.Value)-1]+" and so hides it from errors.Is", "Write `%w` for the error.")
	}
}

func (c *checker) background(s *scope, call *ast.CallExpr) {
	at := s.ctx
	if at == "" && s.request != "" {
		at = s.request + ".Context()"
	}
	if at == "" {
		return
	}
	c.hit(s.f, call, ruleBackground, "`"+s.f.text(call)+"` is used although `"+at+"` is at hand",
		"Derive from `"+at+"`, or from `context.WithoutCancel("+at+")` if the work must outlive the call.")
}

func (c *checker) command(s *scope, call *ast.CallExpr) {
	args := call.Args
	if sel(call) == "CommandContext" && len(args) > 0 {
		args = args[1:]
	}
	if len(args) < 3 {
		return
	}
	shell := strings.Trim(s.f.text(args[0]), `"`)
	if (shell == "sh" || shell == "bash" || strings.HasSuffix(shell, "/sh") || strings.HasSuffix(shell, "/bash")) && s.f.text(args[1]) == `"-c"` && !constant(args[2]) {
		c.hit(s.f, call, ruleCommand, "`"+s.f.text(args[2])+"` is handed to a shell",
			"Call the program directly, `exec.CommandContext(ctx, name, arg1, arg2)`: arguments are not interpreted.")
	}
}

// tainted finds paths that come from the request.
func (c *checker) tainted(s *scope, call *ast.CallExpr) {
	if s.request == "" || len(call.Args) == 0 {
		return
	}
	opens := s.f.isPkg(call.Fun, "os", "Open", "OpenFile", "ReadFile", "Create", "Remove", "RemoveAll", "WriteFile") ||
		s.f.isPkg(call.Fun, "path/filepath", "Join") || s.f.isPkg(call.Fun, "net/http", "ServeFile")
	if !opens {
		return
	}
	for _, a := range call.Args {
		if isIdent(a, s.request) || isIdent(a, s.writer) || !s.fromRequest(a) {
			continue
		}
		if strings.Contains(s.source, "filepath.Base(") || strings.Contains(s.source, "filepath.IsLocal(") || strings.Contains(s.source, "os.Root") {
			return
		}
		c.hit(s.f, call, rulePath, "`"+s.f.text(a)+"` from the request becomes part of a file path",
			"Open below a fixed folder with `os.OpenRoot(dir)`, or refuse names for which `filepath.IsLocal` is false.")
		return
	}
}
