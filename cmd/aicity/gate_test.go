package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// draft writes the files of a task and returns their paths.
func draft(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const cartFile = `exports.total = function total (items) {
  let sum = 0
  for (let i = 0; i <= items.length; i++) {
    sum += items[i].price * items[i].count
  }
  return sum
}
`

func TestGateCheck(t *testing.T) {
	t.Parallel()
	dir := draft(t, map[string]string{
		"repo/lib/cart.js": cartFile,
		"answer.json":      `{"success":true,"data":{"taskType":"bug_fix","input":{"description":"total in lib/cart.js throws for every cart. Find out why and fix it."}}}`,
		"task.json":        `{"taskType":"bug_fix","input":{"description":"total in lib/cart.js throws for every cart. Find out why and fix it."}}`,
		"good.md": "`lib/cart.js:3` loops with `i <= items.length`, so the last round reads `items[i].price` of undefined and `total` throws a TypeError for every cart, an empty one too.\n\n" +
			"```diff\n--- a/lib/cart.js\n+++ b/lib/cart.js\n@@ -3 +3 @@\n-  for (let i = 0; i <= items.length; i++) {\n+  for (let i = 0; i < items.length; i++) {\n```\n\nThe cause is the bound alone: with `<` a cart of two items adds up and an empty one gives 0.\n",
		"bad.json":  `{"output":{"result":"The code base follows best practices. Consider adding tests in lib/pricing/engine.js:12 and lib/pricing/rules.js:40."}}`,
		"task2.txt": "no json", "task3.json": `{"taskType":"bugs","input":{"description":"x"}}`, "task4.json": `{"taskType":"bug_fix"}`,
	})
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, task := range []string{"task.json", "answer.json"} {
		out, err := printed(t, "gate", "check", at("good.md"), "--repo", at("repo"), "--task", at(task))
		if err != nil || !strings.Contains(out, ": pass") {
			t.Errorf("good draft for %s: %v\n%s", task, err, out)
		}
	}
	out, err := printed(t, "gate", "check", at("bad.json"), "--repo", at("repo"), "--task", at("task.json"))
	if err == nil || !strings.Contains(err.Error(), "the draft would fail with") || !strings.Contains(out, "missing: lib/pricing/engine.js:12") {
		t.Errorf("bad draft: %v\n%s", err, out)
	}
	out, _ = printed(t, "gate", "check", at("bad.json"), "--task", at("task.json"), "--json")
	if !strings.HasPrefix(out, "{\n  \"version\"") {
		t.Errorf("JSON: %s", out)
	}
	for task, want := range map[string]string{"task2.txt": "is no task in JSON", "task3.json": `taskType "bugs" is none of`, "task4.json": "input.description is missing"} {
		if _, err := printed(t, "gate", "check", at("good.md"), "--task", at(task)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", task, err, want)
		}
	}
}

func TestGateEval(t *testing.T) {
	t.Parallel()
	dir := draft(t, map[string]string{
		"repos/cart@1.0.0/lib/cart.js": cartFile,
		"samples.jsonl":                `{"id":"a","repo":{"kind":"npm","name":"cart","version":"1.0.0"},"category":"bug_fix","description":"Fix total","output":"See lib/cart.js:3","label":"bad","kind":"thin","realRefs":["lib/cart.js"],"fakeRefs":[]}` + "\n",
		"broken.jsonl":                 "{}\n",
	})
	out, err := printed(t, "gate", "eval", filepath.Join(dir, "samples.jsonl"), "--repos", filepath.Join(dir, "repos"))
	if err != nil || !strings.Contains(out, "precision 1.0000, recall 1.0000") {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = printed(t, "gate", "eval", filepath.Join(dir, "samples.jsonl"), "--repos", filepath.Join(dir, "repos"), "--json")
	if err != nil || !strings.HasPrefix(out, `{"id":"a","label":"bad","kind":"thin","score":`) || !strings.Contains(out, `{"totals":{`) {
		t.Errorf("%v\n%s", err, out)
	}
	if _, err := printed(t, "gate", "eval", filepath.Join(dir, "broken.jsonl")); err == nil || !strings.Contains(err.Error(), "broken.jsonl: line 1") {
		t.Errorf("broken samples: %v", err)
	}
}
