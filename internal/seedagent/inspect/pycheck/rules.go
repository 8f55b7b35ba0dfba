package pycheck

import "aicity.dev/aicity/internal/seedagent/inspect"

var (
	ruleShell = &inspect.Rule{ID: "py-shell", Severity: inspect.High, CWE: "CWE-78", Checks: "`shell=True`, `os.system` and `os.popen` with values",
		Why:    "The line goes through a shell: spaces, quotes or `;` in a value change which command runs.",
		Topics: []string{"input"}}
	ruleEval = &inspect.Rule{ID: "py-eval", Severity: inspect.High, CWE: "CWE-95", Checks: "`eval` and `exec` of values",
		Why:    "The text runs with all rights of the program.",
		Topics: []string{"input"}}
	ruleSQL = &inspect.Rule{ID: "py-sql-built", Severity: inspect.Critical, CWE: "CWE-89", Checks: "SQL built from strings in Python",
		Why:    "The value becomes part of the statement; a quote in it ends the string and the rest is executed.",
		Topics: []string{"sql", "input"}}
	rulePickle = &inspect.Rule{ID: "py-pickle", Severity: inspect.High, CWE: "CWE-502", Checks: "`pickle`, `marshal` and `shelve` of files and streams",
		Why:    "A pickle may name any function to call while it is loaded; whoever writes the file runs code in your process.",
		Topics: []string{"input"}}
	ruleYAML = &inspect.Rule{ID: "py-yaml-load", Severity: inspect.High, CWE: "CWE-502", Checks: "`yaml.load` without a safe loader",
		Why:    "Before PyYAML 6 the default loader builds any Python object, also by calling functions; in version 6 the call fails without a loader.",
		Topics: []string{"input"}}
	ruleTLS = &inspect.Rule{ID: "py-tls-off", Severity: inspect.High, CWE: "CWE-295", Checks: "TLS verification switched off in Python",
		Why:    "Any machine on the way can present its own certificate and read or change the traffic.",
		Topics: []string{"crypto", "http"}}
	ruleHash = &inspect.Rule{ID: "py-weak-hash", Severity: inspect.Medium, CWE: "CWE-328", Checks: "MD5 and SHA-1 in Python",
		Why:    "Collisions are cheap, and a fast hash of a short value is found by trying.",
		Topics: []string{"crypto"}}
	ruleRandom = &inspect.Rule{ID: "py-weak-random", Severity: inspect.High, CWE: "CWE-338", Checks: "`random` for secrets",
		Why:    "The Mersenne Twister's state follows from 624 outputs; every later value is then known.",
		Topics: []string{"crypto", "secrets"}}
	ruleTemp = &inspect.Rule{ID: "py-mktemp", Severity: inspect.Medium, CWE: "CWE-377", Checks: "`tempfile.mktemp`",
		Why:    "Between the choice of the name and the opening of the file another user can put a link there.",
		Topics: []string{"security"}}
	ruleDebug = &inspect.Rule{ID: "py-debug-server", Severity: inspect.High, CWE: "CWE-489", Checks: "web servers started in debug mode",
		Why:    "The debugger of a Flask app runs code that the visitor types in.",
		Topics: []string{"http"}}
	ruleExtract = &inspect.Rule{ID: "py-extractall", Severity: inspect.Medium, CWE: "CWE-22", Checks: "archives extracted without a filter",
		Why:    "A member called `../../etc/cron.d/x` is written outside the folder.",
		Topics: []string{"input"}}
	ruleAssert = &inspect.Rule{ID: "py-assert", Severity: inspect.Medium, CWE: "CWE-617", Checks: "`assert` for checks that must happen",
		Why:    "`python -O` removes every assert, and with it the check.",
		Topics: []string{"input", "correctness"}}
	ruleTimeout = &inspect.Rule{ID: "py-no-timeout", Severity: inspect.Medium, CWE: "CWE-400", Checks: "`requests` calls without a timeout",
		Why:    "`requests` waits for ever by default; a server that accepts and never answers stops the program.",
		Topics: []string{"http", "performance"}}
	ruleBare = &inspect.Rule{ID: "py-bare-except", Severity: inspect.High, Checks: "bare `except:`",
		Why:    "It also catches KeyboardInterrupt, SystemExit and every typing error in the block.",
		Topics: []string{"errors", "correctness"}}
	ruleSwallow = &inspect.Rule{ID: "py-swallowed", Severity: inspect.Medium, Checks: "exceptions that are caught and passed over",
		Why:    "The failure leaves no trace; the result is wrong and nobody knows since when.",
		Topics: []string{"errors"}}
	ruleMutable = &inspect.Rule{ID: "py-mutable-default", Severity: inspect.High, Checks: "mutable default arguments",
		Why:    "The default is made once: what one call puts into it the next call finds there.",
		Topics: []string{"correctness"}}
	ruleOpen = &inspect.Rule{ID: "py-open", Severity: inspect.Medium, Checks: "files opened without `with` or `close`",
		Why:    "When the file is closed is up to the garbage collector; written data can be lost when an exception comes first.",
		Topics: []string{"resources"}}
	ruleNone = &inspect.Rule{ID: "py-compare-none", Severity: inspect.Low, Checks: "`== None` and `is` with literals",
		Why:    "`==` asks the object, which may answer anything; `is` compares identity, which for literals depends on the interpreter.",
		Topics: []string{"correctness"}}
	ruleStar = &inspect.Rule{ID: "py-star-import", Severity: inspect.Low, Checks: "`from x import *`",
		Why:    "Nobody can tell where a name comes from, and a new name in the module replaces one of yours.",
		Topics: []string{"structure"}}
	ruleFinally = &inspect.Rule{ID: "py-return-in-finally", Severity: inspect.High, Checks: "`return` in `finally`",
		Why:    "It discards the exception that is on its way.",
		Topics: []string{"errors", "correctness"}}
	ruleUnused = &inspect.Rule{ID: "py-unused-import", Severity: inspect.Low, Checks: "unused imports in Python",
		Why:    "Readers look for a use that is not there; the module is loaded all the same.",
		Topics: []string{"structure"}}
	ruleLong = &inspect.Rule{ID: "py-long-function", Severity: inspect.Low, Checks: "Python functions longer than 80 lines",
		Why:    "Nobody holds that much in mind at once, and it can only be tested as a whole.",
		Topics: []string{"structure"}}
	ruleDeep = &inspect.Rule{ID: "py-deep-nesting", Severity: inspect.Low, Checks: "Python blocks nested five deep or more",
		Why:    "Each level is a condition the reader has to remember.",
		Topics: []string{"structure"}}
)

// Rules lists what Check looks for.
func Rules() []*inspect.Rule {
	return []*inspect.Rule{
		ruleShell, ruleEval, ruleSQL, rulePickle, ruleYAML, ruleTLS, ruleHash, ruleRandom, ruleTemp, ruleDebug, ruleExtract, ruleAssert, ruleTimeout,
		ruleBare, ruleSwallow, ruleMutable, ruleOpen, ruleNone, ruleStar, ruleFinally, ruleUnused, ruleLong, ruleDeep,
	}
}
