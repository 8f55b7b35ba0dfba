package arch

import (
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "aicity.dev/aicity"

// Reasons that many rows share.
const (
	vocabulary = "the shared vocabulary imports nothing of ours"
	sideways   = "domain packages meet in task, not sideways"
	upwards    = "task calls the domains, never the other way"
	served     = "domains do not know how they are served"
	wires      = "app wires everything, nothing imports it but the binary"
	settings   = "settings come as explicit values; config belongs to the binary and to app"
	client     = "the SDK is for clients of the city, the server is not one"
	onlyTests  = "for tests only"
	stranger   = "the SDK is what others can import: nothing internal"
	ordinary   = "seed agents are ordinary clients of the public API"
	storage    = "SQL lives in the package that owns the table"
	leaf       = "a leaf: it knows no other package of ours"
)

// domains are the packages that know one thing each and not each other.
var domains = []string{
	"account", "agent", "archive", "gate", "payment", "pricing",
	"reputation", "routing", "sandbox", "webhook",
}

// shared are small helpers below the domains, which any of them may use.
var shared = []string{"credential", "idempotency", "ratelimit", "receipt", "seal"}

// gateParts are the packages that the gate reads with, each with those that it
// stands on.
var gateParts = map[string][]string{
	"kind":       nil,
	"lex":        nil,
	"pattern":    nil,
	"rubric":     nil,
	"syntax":     {"python"},
	"citation":   {"lex", "syntax"},
	"document":   {"lex", "pattern"},
	"repository": {"citation", "lex", "syntax"},
	"testcode":   {"python"},
	"grounding":  {"citation", "code", "document", "lex", "pattern", "repository", "rubric", "syntax", "testcode"},
	"code":       {"lex", "pattern", "python", "syntax"},
	"patch":      nil,
	"change":     {"citation", "code", "document", "grounding", "lex", "patch", "repository", "syntax", "testcode"},
	"claims":     {"document", "grounding", "lex", "pattern", "repository", "syntax"},
	"injection":  {"document", "lex", "pattern"},
	"similarity": {"document", "lex"},
}

// above are the packages over the domains, and the reason a domain may not
// import each.
var above = map[string]string{
	"internal/app":       wires,
	"internal/config":    settings,
	"internal/demo":      wires,
	"internal/httpapi":   served,
	"internal/seedagent": ordinary,
	"internal/task":      upwards,
	"internal/web":       served,
	"sdk":                client,
}

// forbidden says for each package, with those below it, which packages it and
// those below it may not import, and why. Paths are below the module unless
// their first element has a dot. A longer path wins over a shorter one, and an
// empty reason allows.
var forbidden = forbiddenImports()

func forbiddenImports() map[string]map[string]string {
	base := func(reason string) map[string]string {
		return map[string]string{
			"":               reason,
			"internal/city":  "",
			"internal/store": "",
		}
	}
	surface := map[string]string{
		"internal/app":          wires,
		"internal/config":       settings,
		"internal/demo":         wires,
		"internal/seedagent":    ordinary,
		"sdk":                   client,
		"database/sql":          storage,
		"github.com/jackc/pgx":  storage,
		"modernc.org/sqlite":    storage,
		"github.com/riverqueue": "jobs hides the queue",
	}
	rules := map[string]map[string]string{
		"internal/city":   {"": vocabulary},
		"internal/wait":   {"": "waiting needs nothing of the city"},
		"internal/config": {"": leaf, "internal/city": ""},
		"internal/store":  {"": "the store knows only the vocabulary", "internal/city": ""},
		"internal/event":  base("events stand on the store alone"),
		"internal/jobs":   base("jobs stand on the store alone"),
		"internal/ledger": base("the ledger knows nothing of what it is used for"),

		"internal/task":    {"internal/app": wires, "internal/config": settings, "internal/demo": wires, "internal/httpapi": served, "internal/seedagent": ordinary, "internal/web": served, "sdk": client},
		"internal/httpapi": extend(surface, map[string]string{"internal/web": sideways}),
		"internal/web":     extend(surface, map[string]string{"internal/httpapi": sideways}),

		"internal/sandbox/workspace": {
			"": "files do not know what runs on them", "internal/city": "", "internal/sandbox/namespace": "", "internal/sandbox/source": "",
		},

		"internal/demo":      {"internal/app": wires},
		"internal/app":       {"internal/demo": "the demo uses a running city, it is no part of one"},
		"internal/seedagent": {"internal": ordinary, "internal/city": "", "internal/seedagent": ""},
		"sdk/go":             {"internal": stranger, "cmd": stranger},
	}
	for _, name := range slices.Concat(domains, shared) {
		rule := maps.Clone(above)
		for _, other := range domains {
			if other != name {
				rule["internal/"+other] = sideways
			}
		}
		rules["internal/"+name] = rule
	}
	for name, below := range gateParts {
		rule := map[string]string{"": "a part of the gate knows those that it stands on", "internal/city": ""}
		for _, other := range below {
			rule["internal/gate/"+other] = ""
		}
		rules["internal/gate/"+name] = rule
	}
	for _, name := range shared {
		rules["internal/"+name]["internal/ledger"] = "a helper below the domains moves no money"
	}
	return rules
}

func extend(rule, more map[string]string) map[string]string {
	rule = maps.Clone(rule)
	maps.Copy(rule, more)
	return rule
}

// testPackages may be imported by tests and by each other only.
var testPackages = []string{"internal/apptest", "internal/store/storetest", "internal/sandbox/sandboxtest", "internal/gate/judge/judgetest", "internal/city/citytest", "test"}

func TestImports(t *testing.T) {
	t.Parallel()
	for _, file := range goFiles(t) {
		if file.test || inTestPackage(file.dir) {
			continue
		}
		for _, imported := range file.imports {
			if reason := forbids(file.dir, imported); reason != "" {
				t.Errorf("%s imports %s: %s", file.path, imported, reason)
			}
		}
	}
}

// Every package of ours has its rule, so that a new one finds its place in the
// layers before it is used.
func TestPackagesHaveRules(t *testing.T) {
	t.Parallel()
	for _, file := range goFiles(t) {
		if !below(file.dir, "internal") || inTestPackage(file.dir) {
			continue
		}
		if _, ok := longest(forbidden, file.dir); !ok {
			t.Errorf("%s: name the layer of this package in test/arch", file.dir)
		}
	}
}

func TestForbids(t *testing.T) {
	t.Parallel()
	tests := []struct {
		from, imported, reason string
	}{
		{"internal/city", "internal/store", vocabulary},
		{"internal/ledger", "internal/store", ""},
		{"internal/ledger", "internal/task", "the ledger knows nothing of what it is used for"},
		{"internal/agent", "internal/credential", ""},
		{"internal/agent", "internal/account", sideways},
		{"internal/agent", "internal/agent", ""},
		{"internal/agent", "internal/taskforce", ""},
		{"internal/payment/testpay", "internal/payment", ""},
		{"internal/payment/testpay", "internal/agent", sideways},
		{"internal/payment/stripe", "internal/payment", ""},
		{"internal/payment/stripe", "internal/account", sideways},
		{"internal/payment/stripe", "internal/config", settings},
		{"internal/task", "internal/gate/judge", ""},
		{"internal/task", "internal/httpapi", served},
		{"internal/gate/judge", "internal/task", upwards},
		{"internal/gate/document", "internal/gate/lex", ""},
		{"internal/gate/lex", "internal/gate/document", "a part of the gate knows those that it stands on"},
		{"internal/httpapi", "github.com/jackc/pgx/v5", storage},
		{"internal/seedagent/inspect", "internal/gate", ordinary},
		{"internal/seedagent/review", "internal/seedagent/inspect", ""},
		{"internal/seedagent", "sdk/go", ""},
		{"sdk/go/webhook", "internal/city", stranger},
		{"internal/app", "internal/store/storetest", onlyTests},
		{"cmd/aicity", "internal/app", ""},
	}
	for _, tt := range tests {
		imported := tt.imported
		if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
			imported = path.Join(module, imported)
		}
		if got := forbids(tt.from, imported); got != tt.reason {
			t.Errorf("%s imports %s: got reason %q, want %q", tt.from, tt.imported, got, tt.reason)
		}
	}
}

// forbids returns why package dir may not import the path, or nothing.
func forbids(dir, imported string) string {
	name, ours := strings.CutPrefix(imported, module+"/")
	if ours && inTestPackage(name) {
		return onlyTests
	}
	key, ok := longest(forbidden, dir)
	if !ok || ours && below(name, key) {
		return ""
	}
	target, ok := longest(forbidden[key], name)
	if !ok || target == "" && !ours { // "" stands for all that is ours
		return ""
	}
	return forbidden[key][target]
}

// longest returns the longest key that is dir or one above it.
func longest[V any](table map[string]V, dir string) (key string, ok bool) {
	for candidate := range table {
		if below(dir, candidate) && (!ok || len(candidate) > len(key)) {
			key, ok = candidate, true
		}
	}
	return key, ok
}

func inTestPackage(dir string) bool {
	return slices.ContainsFunc(testPackages, func(pkg string) bool { return below(dir, pkg) }) ||
		strings.HasSuffix(path.Base(dir), "test")
}

// below says whether dir is root or lies in it; everything lies in "".
func below(dir, root string) bool {
	return root == "" || dir == root || strings.HasPrefix(dir, root+"/")
}
