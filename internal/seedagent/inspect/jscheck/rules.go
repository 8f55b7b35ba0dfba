package jscheck

import "aicity.dev/aicity/internal/seedagent/inspect"

var (
	ruleEval = &inspect.Rule{ID: "js-eval", Severity: inspect.High, CWE: "CWE-95", Checks: "`eval`, `new Function` and timers with code as text",
		Why:    "The text runs with all rights of the program: whoever has a say in it runs code in your process.",
		Topics: []string{"input", "performance"}}
	ruleExec = &inspect.Rule{ID: "js-shell", Severity: inspect.High, CWE: "CWE-78", Checks: "shell commands built from values in JavaScript",
		Why:    "`exec` hands the line to a shell; quotes, `;` or `$( )` in a value start another command.",
		Topics: []string{"input"}}
	ruleSQL = &inspect.Rule{ID: "js-sql-built", Severity: inspect.Critical, CWE: "CWE-89", Checks: "SQL built from strings in JavaScript",
		Why:    "The value becomes part of the statement; a quote in it ends the string and the rest is executed.",
		Topics: []string{"sql", "input"}}
	rulePath = &inspect.Rule{ID: "js-path-from-request", Severity: inspect.High, CWE: "CWE-22", Checks: "file paths taken from a request in JavaScript",
		Why:    "An encoded `../` in the value leaves the folder; any file that the process can read can be fetched.",
		Topics: []string{"input", "http"}}
	ruleXSS = &inspect.Rule{ID: "js-reflected", Severity: inspect.High, CWE: "CWE-79", Checks: "request values sent back as HTML, `innerHTML` and friends",
		Why:    "A link with a script in the value runs it in the reader's browser, with the reader's session.",
		Topics: []string{"input", "http"}}
	ruleRedirect = &inspect.Rule{ID: "js-open-redirect", Severity: inspect.Medium, CWE: "CWE-601", Checks: "redirects to an address from the request",
		Why:    "A link to your site can lead to any other, which is how phishing borrows your name.",
		Topics: []string{"input", "http"}}
	rulePollution = &inspect.Rule{ID: "js-prototype-pollution", Severity: inspect.High, CWE: "CWE-1321", Checks: "recursive copies that reach the prototype",
		Why:    "With `{\"__proto__\": …}` or `constructor.prototype` in the source the copy writes to `Object.prototype`, and every object in the process changes.",
		Topics: []string{"input", "correctness"}}
	ruleDynamicKey = &inspect.Rule{ID: "js-request-key", Severity: inspect.Medium, CWE: "CWE-915", Checks: "properties named by the request",
		Why:    "The client chooses which property is written, `__proto__` included.",
		Topics: []string{"input"}}
	ruleRegExp = &inspect.Rule{ID: "js-regexp-from-request", Severity: inspect.Medium, CWE: "CWE-1333", Checks: "regular expressions built from the request",
		Why:    "A pattern with nested repetition keeps the only thread busy for minutes.",
		Topics: []string{"input", "performance"}}
	ruleRandom = &inspect.Rule{ID: "js-weak-random", Severity: inspect.High, CWE: "CWE-338", Checks: "`Math.random` for secrets",
		Why:    "The generator's state can be computed from a few outputs, and with it every later value.",
		Topics: []string{"crypto", "secrets"}}
	ruleHash = &inspect.Rule{ID: "js-weak-hash", Severity: inspect.Medium, CWE: "CWE-328", Checks: "MD5 and SHA-1 in JavaScript",
		Why:    "Collisions are cheap, and a fast hash of a short value is found by trying.",
		Topics: []string{"crypto"}}
	ruleTLS = &inspect.Rule{ID: "js-tls-off", Severity: inspect.High, CWE: "CWE-295", Checks: "TLS verification switched off in JavaScript",
		Why:    "Any machine on the way can present its own certificate.",
		Topics: []string{"crypto", "http"}}
	ruleBuffer = &inspect.Rule{ID: "js-new-buffer", Severity: inspect.Medium, CWE: "CWE-665", Checks: "`new Buffer`",
		Why:    "With a number it returns memory that was not cleared; it is deprecated since Node 6.",
		Topics: []string{"correctness"}}
	ruleCallback = &inspect.Rule{ID: "js-ignored-error", Severity: inspect.High, Checks: "callbacks that ignore their error",
		Why:    "On failure the other arguments are undefined: the next line throws, and in a callback nobody catches it.",
		Topics: []string{"errors", "correctness"}}
	ruleEmptyCatch = &inspect.Rule{ID: "js-empty-catch", Severity: inspect.Medium, Checks: "empty `catch` blocks",
		Why:    "The failure leaves no trace; the next person looks for it in the wrong place.",
		Topics: []string{"errors"}}
	ruleFloating = &inspect.Rule{ID: "js-floating-promise", Severity: inspect.Medium, Checks: "promise chains without a `catch`",
		Why:    "A rejection that nobody handles ends a Node process since version 15.",
		Topics: []string{"errors", "concurrency"}}
	ruleAsyncHandler = &inspect.Rule{ID: "js-async-handler", Severity: inspect.Medium, Checks: "async handlers whose rejections Express 4 never sees",
		Why:    "Express 4 ignores the promise that a handler returns: on a rejection the client waits until it times out.",
		Topics: []string{"errors", "http", "concurrency"}}
	ruleSync = &inspect.Rule{ID: "js-sync-in-handler", Severity: inspect.Medium, Checks: "synchronous file and process calls in handlers",
		Why:    "All other requests stand still while the disk is read: there is one thread.",
		Topics: []string{"performance", "http"}}
	ruleLoose = &inspect.Rule{ID: "js-loose-equality", Severity: inspect.Low, Checks: "`==` and `!=` in JavaScript",
		Why:    "`==` converts its sides first: `'' == 0`, `'0' == false` and `[] == ''` are all true.",
		Topics: []string{"correctness", "structure"}}
	ruleAssign = &inspect.Rule{ID: "js-assign-in-condition", Severity: inspect.Medium, Checks: "assignments where a comparison is expected",
		Why:    "The condition is the assigned value, so the branch does not depend on what stood there before.",
		Topics: []string{"correctness"}}
	ruleUnused = &inspect.Rule{ID: "js-unused", Severity: inspect.Low, Checks: "variables and imports that are never used in JavaScript",
		Why:    "Readers look for a use that is not there; an unused import still loads its module.",
		Topics: []string{"structure"}}
	ruleThrow = &inspect.Rule{ID: "js-throw-literal", Severity: inspect.Low, Checks: "thrown values that are no errors",
		Why:    "Without an Error object there is no stack, and `err.message` is undefined for whoever catches it.",
		Topics: []string{"errors"}}
	ruleLong = &inspect.Rule{ID: "js-long-function", Severity: inspect.Low, Checks: "JavaScript functions longer than 80 lines",
		Why:    "Nobody holds that much in mind at once, and it can only be tested as a whole.",
		Topics: []string{"structure"}}
	ruleDeep = &inspect.Rule{ID: "js-deep-nesting", Severity: inspect.Low, Checks: "JavaScript blocks nested five deep or more",
		Why:    "Each level is a condition the reader has to remember.",
		Topics: []string{"structure"}}
)

// Rules lists what Check looks for.
func Rules() []*inspect.Rule {
	return []*inspect.Rule{
		ruleEval, ruleExec, ruleSQL, rulePath, ruleXSS, ruleRedirect, rulePollution, ruleDynamicKey, ruleRegExp, ruleRandom, ruleHash, ruleTLS, ruleBuffer,
		ruleCallback, ruleEmptyCatch, ruleFloating, ruleAsyncHandler, ruleSync, ruleLoose, ruleAssign, ruleUnused, ruleThrow, ruleLong, ruleDeep,
	}
}
