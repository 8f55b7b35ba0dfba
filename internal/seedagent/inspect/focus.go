package inspect

import (
	"cmp"
	"path"
	"slices"
	"strings"
	"unicode"
)

// Focus is what a request points at: files, folders and topics.
type Focus struct {
	paths  map[string]bool
	topics []string
}

// topicWords are the words that requests use for the topics of rules.
var topicWords = map[string][]string{
	"errors":       {"error", "errors", "exception", "exceptions", "crash", "crashes", "failure", "failures"},
	"concurrency":  {"race", "races", "concurrency", "concurrent", "mutex", "lock", "locks", "goroutine", "goroutines", "thread", "threads", "async", "deadlock"},
	"sql":          {"sql", "database", "query", "queries", "injection"},
	"security":     {"security", "secure", "vulnerability", "vulnerabilities", "owasp", "attack", "attacker", "exploit", "audit", "hardening", "injection", "xss", "csrf", "ssrf"},
	"secrets":      {"secret", "secrets", "credential", "credentials", "password", "passwords", "token", "tokens", "keys", "leaked"},
	"performance":  {"performance", "slow", "fast", "latency", "memory", "blocking", "throughput", "scale"},
	"structure":    {"structure", "readability", "readable", "maintainability", "maintainable", "complexity", "complex", "architecture", "quality", "practices", "clean", "refactor"},
	"docs":         {"documentation", "comments", "docs", "documented"},
	"tests":        {"test", "tests", "testing", "coverage", "untested"},
	"resources":    {"leak", "leaks", "resource", "resources", "close", "closed", "cleanup"},
	"input":        {"input", "validation", "validate", "untrusted", "sanitize", "user-supplied"},
	"http":         {"http", "api", "handler", "handlers", "server", "endpoint", "endpoints", "route", "routes", "request", "requests", "timeout", "timeouts"},
	"crypto":       {"crypto", "encryption", "hash", "hashing", "tls", "certificate", "certificates", "random"},
	"dependencies": {"dependency", "dependencies", "packages", "versions", "outdated", "supply", "cve"},
	"correctness":  {"bug", "bugs", "correctness", "correct", "wrong", "defect", "defects", "edge"},
}

// topicTitles name topics as buyers do, where the topic's own word is too short
// to be understood.
var topicTitles = map[string]string{
	"errors": "error handling", "correctness": "bugs and correctness", "input": "validation of input", "http": "HTTP handling",
	"resources": "leaks of resources", "secrets": "leaked secrets", "security": "security vulnerabilities",
}

func topicTitle(topic string) string { return cmp.Or(topicTitles[topic], topic) }

// NewFocus reads the request against the file list.
func NewFocus(task Task, files []File) Focus {
	text := strings.ToLower(strings.Join(append([]string{task.Description}, append(task.Tags, task.Criteria...)...), "\n"))
	words := strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("`'\",;()[]{}<>!?", r)
	})
	f := Focus{paths: map[string]bool{}}
	named, folders := map[string]bool{}, map[string]bool{}
	for _, w := range words {
		w = strings.TrimRight(strings.TrimPrefix(w, "./"), ".:")
		named[w] = true
		if strings.Contains(w, "/") { // "web/" and "internal/store", but not the word "web"
			folders[strings.TrimSuffix(w, "/")] = true
		}
	}
	for _, file := range files {
		low := strings.ToLower(file.Path)
		if named[low] || strings.Contains(path.Base(low), ".") && named[path.Base(low)] || below(folders, low) {
			f.paths[file.Path] = true
		}
	}
	for topic, list := range topicWords {
		if slices.ContainsFunc(list, func(w string) bool { return named[w] }) {
			f.topics = append(f.topics, topic)
		}
	}
	slices.Sort(f.topics)
	return f
}

// below reports whether one of the folders is above the file.
func below(folders map[string]bool, low string) bool {
	for dir := path.Dir(low); dir != "."; dir = path.Dir(dir) {
		if folders[dir] {
			return true
		}
	}
	return false
}

// Names reports whether the request names the file or its folder.
func (f Focus) Names(p string) bool { return f.paths[p] }

// Topics are the rule topics that the request is about, sorted.
func (f Focus) Topics() []string { return f.topics }

// Wants reports whether the request is about the rule's topics.
func (f Focus) Wants(r *Rule) bool {
	return slices.ContainsFunc(r.Topics, func(t string) bool { return slices.Contains(f.topics, t) }) ||
		r.Security() && slices.Contains(f.topics, "security")
}

// Paths lists the files the request names, sorted.
func (f Focus) Paths() []string {
	all := make([]string, 0, len(f.paths))
	for p := range f.paths {
		all = append(all, p)
	}
	slices.Sort(all)
	return all
}
