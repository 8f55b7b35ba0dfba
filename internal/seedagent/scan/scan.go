// Package scan is the city's secret and vulnerability scanner: credentials by
// the rules of gitleaks, weaknesses by parsing the source, dependencies by a
// table of well-known advisories, each with its CWE number.
package scan

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/seedagent/inspect"
	"aicity.dev/aicity/internal/seedagent/inspect/checks"
	"aicity.dev/aicity/internal/seedagent/inspect/secrets"
)

// Run scans a repository. It fails only when the repository cannot be read.
func Run(ctx context.Context, files inspect.Files, task inspect.Task) (inspect.Report, error) {
	repo, err := inspect.Load(ctx, files, task)
	if err != nil {
		return inspect.Report{}, fmt.Errorf("scan: %w", err)
	}
	found, err := secrets.Find(ctx, repo)
	if err != nil {
		return inspect.Report{}, fmt.Errorf("scan: %w", err)
	}
	all := found.Analysis
	rules := secrets.Rules()
	add := func(a inspect.Analysis, looked []*inspect.Rule) {
		a.Hits = slices.DeleteFunc(a.Hits, func(h inspect.Hit) bool { return !h.Rule.Security() })
		all.Add(a)
		rules = append(rules, slices.DeleteFunc(looked, func(r *inspect.Rule) bool { return !r.Security() })...)
	}
	checks.Apply(repo, add)
	return inspect.Write(repo, task, all, inspect.Options{
		Title: "Secret and vulnerability scan", Rules: rules, Map: true, Intro: owasp(all.Hits), Mask: found.Mask,
	}), nil
}

// top10 maps weaknesses to the OWASP Top 10 of 2021.
var top10 = map[string]string{
	"CWE-22": "A01 Broken Access Control", "CWE-377": "A01 Broken Access Control", "CWE-601": "A01 Broken Access Control",
	"CWE-327": "A02 Cryptographic Failures", "CWE-328": "A02 Cryptographic Failures", "CWE-338": "A02 Cryptographic Failures",
	"CWE-78": "A03 Injection", "CWE-79": "A03 Injection", "CWE-89": "A03 Injection", "CWE-95": "A03 Injection",
	"CWE-209":  "A04 Insecure Design",
	"CWE-1395": "A06 Vulnerable and Outdated Components",
	"CWE-295":  "A07 Identification and Authentication Failures", "CWE-798": "A07 Identification and Authentication Failures",
	"CWE-502": "A08 Software and Data Integrity Failures", "CWE-915": "A08 Software and Data Integrity Failures",
}

// owasp sums the hits up by category.
func owasp(hits []inspect.Hit) string {
	n := map[string]int{}
	for _, h := range hits {
		if c := top10[h.Rule.CWE]; c != "" {
			n[c]++
		}
	}
	if len(n) == 0 {
		return ""
	}
	var lines []string
	for c, k := range n {
		lines = append(lines, fmt.Sprintf("| %s | %d |", c, k))
	}
	slices.Sort(lines)
	return "## By OWASP Top 10 (2021)\n\n| category | findings |\n|---|---:|\n" + strings.Join(lines, "\n")
}
