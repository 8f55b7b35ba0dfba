package gocheck

import "aicity.dev/aicity/internal/seedagent/inspect"

var (
	ruleDroppedError = &inspect.Rule{ID: "go-dropped-error", Severity: inspect.Medium, Checks: "errors of Go calls that are dropped",
		Why:    "When the call fails nobody notices: the program goes on with a zero value or tells its caller that all is well.",
		Topics: []string{"errors", "correctness"}}
	ruleSwallowedError = &inspect.Rule{ID: "go-swallowed-error", Severity: inspect.High, Checks: "`err != nil` branches that return a nil error",
		Why:    "The caller is told that the work succeeded although the error was seen right here.",
		Topics: []string{"errors", "correctness"}}
	ruleDeferInLoop = &inspect.Rule{ID: "go-defer-in-loop", Severity: inspect.Medium, Checks: "`defer` in loops",
		Why:    "A deferred call runs when the function returns, not when the round ends, so every round holds its resource until the end.",
		Topics: []string{"resources", "performance"}}
	ruleRowsErr = &inspect.Rule{ID: "go-rows-err", Severity: inspect.Medium, Checks: "`rows.Next` loops without `rows.Err`",
		Why:    "`Next` returns false at the end and on failure alike; without `rows.Err()` a broken connection looks like a shorter result.",
		Topics: []string{"errors", "sql", "correctness"}}
	ruleBodyClose = &inspect.Rule{ID: "go-body-close", Severity: inspect.Medium, Checks: "HTTP response bodies that are never closed",
		Why:    "An unclosed body keeps its connection out of the pool; under load the process runs out of descriptors.",
		Topics: []string{"resources", "http"}}
	ruleSQL = &inspect.Rule{ID: "go-sql-built", Severity: inspect.Critical, CWE: "CWE-89", Checks: "SQL built from strings in Go",
		Why:    "Whoever controls the value controls the statement: it can read or change any row the connection may touch.",
		Topics: []string{"sql", "security", "input"}}
	ruleMutexCopy = &inspect.Rule{ID: "go-mutex-copy", Severity: inspect.High, Checks: "mutexes copied by value receivers or parameters",
		Why:    "The copy has a lock of its own, so the critical section excludes nobody. `go vet` reports this too.",
		Topics: []string{"concurrency", "correctness"}}
	ruleUnguarded = &inspect.Rule{ID: "go-unguarded-field", Severity: inspect.High, CWE: "CWE-362", Checks: "fields used with and without their lock",
		Why:    "A read beside a locked write is a data race; on a map it can end the process with “concurrent map read and map write”.",
		Topics: []string{"concurrency", "correctness"}}
	ruleAddInGoroutine = &inspect.Rule{ID: "go-add-in-goroutine", Severity: inspect.High, Checks: "`WaitGroup.Add` inside the goroutine it counts",
		Why:    "`Wait` may run before the goroutine has called `Add`, and then it does not wait for it.",
		Topics: []string{"concurrency", "correctness"}}
	ruleLostCancel = &inspect.Rule{ID: "go-lost-cancel", Severity: inspect.Medium, Checks: "cancel functions of contexts thrown away",
		Why:    "Without `cancel` the timer and the child context live until the deadline, also when the work ended long before.",
		Topics: []string{"resources", "concurrency"}}
	ruleBackground = &inspect.Rule{ID: "go-background", Severity: inspect.Low, Checks: "`context.Background` where a context is at hand",
		Why:    "The work no longer stops when the caller gives up, and its deadline and trace are lost.",
		Topics: []string{"concurrency", "http"}}
	ruleCtxField = &inspect.Rule{ID: "go-ctx-field", Severity: inspect.Low, Checks: "contexts stored in structs or not first in a signature",
		Why:    "A context belongs to one call; stored or hidden in the middle of a signature it is passed on beyond its life or forgotten.",
		Topics: []string{"structure", "concurrency"}}
	ruleNoTimeout = &inspect.Rule{ID: "go-http-no-timeout", Severity: inspect.Medium, CWE: "CWE-400", Checks: "HTTP servers and clients without timeouts",
		Why:    "A peer that never answers, or sends one byte a minute, holds a goroutine and a connection for ever.",
		Topics: []string{"http", "performance", "resources"}}
	ruleReadAll = &inspect.Rule{ID: "go-unbounded-body", Severity: inspect.Medium, CWE: "CWE-770", Checks: "request bodies read without a limit",
		Why:    "One request with an endless body fills the memory of the process.",
		Topics: []string{"http", "input"}}
	ruleLeakyError = &inspect.Rule{ID: "go-error-to-client", Severity: inspect.Medium, CWE: "CWE-209", Checks: "internal error texts sent to clients",
		Why:    "Driver and file errors name tables, paths and hosts; that is a map for an attacker and noise for everyone else.",
		Topics: []string{"http", "errors"}}
	rulePath = &inspect.Rule{ID: "go-path-from-request", Severity: inspect.High, CWE: "CWE-22", Checks: "file paths taken from a request in Go",
		Why:    "With `../` in the value the request leaves the folder and reads or writes any file of the process.",
		Topics: []string{"input", "http"}}
	ruleCommand = &inspect.Rule{ID: "go-shell", Severity: inspect.High, CWE: "CWE-78", Checks: "shell commands built from values in Go",
		Why:    "The shell interprets the value: a `;` or `$( )` in it runs another command.",
		Topics: []string{"input"}}
	ruleTLS = &inspect.Rule{ID: "go-tls-skip-verify", Severity: inspect.High, CWE: "CWE-295", Checks: "TLS verification switched off in Go",
		Why:    "Any machine on the way can present its own certificate and read or change the traffic.",
		Topics: []string{"crypto", "http"}}
	ruleWeakHash = &inspect.Rule{ID: "go-weak-crypto", Severity: inspect.Medium, CWE: "CWE-327", Checks: "MD5, SHA-1, DES and RC4 in Go",
		Why:    "These are broken: collisions take seconds, and a plain hash over a guessable value is no signature at all.",
		Topics: []string{"crypto"}}
	ruleWeakRandom = &inspect.Rule{ID: "go-weak-random", Severity: inspect.High, CWE: "CWE-338", Checks: "`math/rand` for secrets",
		Why:    "The sequence can be predicted from a few outputs, so the secret can be too.",
		Topics: []string{"crypto", "secrets"}}
	ruleTextTemplate = &inspect.Rule{ID: "go-text-template", Severity: inspect.High, CWE: "CWE-79", Checks: "`text/template` writing HTML responses",
		Why:    "`text/template` escapes nothing, so a value with a script tag runs in the reader's browser.",
		Topics: []string{"http", "input"}}
	ruleExit = &inspect.Rule{ID: "go-exit-in-library", Severity: inspect.Medium, Checks: "`log.Fatal`, `os.Exit` and `panic` in library code",
		Why:    "A library that ends the process takes the decision from its caller; deferred clean-up does not run.",
		Topics: []string{"errors", "structure"}}
	ruleSentinel = &inspect.Rule{ID: "go-error-compare", Severity: inspect.Low, Checks: "errors compared with `==` or formatted without `%w`",
		Why:    "As soon as somebody wraps the error the comparison is false.",
		Topics: []string{"errors"}}
	ruleLong = &inspect.Rule{ID: "go-long-function", Severity: inspect.Low, Checks: "Go functions longer than 80 lines",
		Why:    "Nobody holds that much in mind at once; what changes together should stand together in smaller functions.",
		Topics: []string{"structure"}}
	ruleDeep = &inspect.Rule{ID: "go-deep-nesting", Severity: inspect.Low, Checks: "Go blocks nested five deep or more",
		Why:    "Each level is a condition the reader has to remember; the interesting line is the one with the most of them.",
		Topics: []string{"structure"}}
	ruleDoc = &inspect.Rule{ID: "go-missing-doc", Severity: inspect.Low, Checks: "exported Go names without a doc comment",
		Why:    "Callers read `go doc`, not the body; units, errors and ownership are what they look for.",
		Topics: []string{"docs", "structure"}}
	ruleLoopVar = &inspect.Rule{ID: "go-loop-variable", Severity: inspect.High, Checks: "loop variables captured by goroutines (Go before 1.22)",
		Why:    "Before Go 1.22 all rounds share one variable, so most goroutines see its last value.",
		Topics: []string{"concurrency", "correctness"}}
)

// Rules lists what Check looks for.
func Rules() []*inspect.Rule {
	return []*inspect.Rule{
		ruleDroppedError, ruleSwallowedError, ruleDeferInLoop, ruleRowsErr, ruleBodyClose, ruleSQL, ruleMutexCopy, ruleUnguarded,
		ruleAddInGoroutine, ruleLostCancel, ruleBackground, ruleCtxField, ruleNoTimeout, ruleReadAll, ruleLeakyError, rulePath,
		ruleCommand, ruleTLS, ruleWeakHash, ruleWeakRandom, ruleTextTemplate, ruleExit, ruleSentinel, ruleLong, ruleDeep, ruleDoc, ruleLoopVar,
	}
}
