package gate

import (
	"path"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/change"
	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
	"aicity.dev/aicity/internal/gate/syntax"
	"aicity.dev/aicity/internal/gate/testcode"
)

// concept is a kind of product that requests ask for, whatever they call it,
// and how to see that it is there.
type concept struct {
	words map[string]bool
	there func(*view) bool
}

// concepts are met by the form of a deliverable, not by its words.
var concepts = []concept{
	{lex.Set(`test tests testing testcase unit spec specs case cases edge corner nasty odd weird tricky catch catches regress regression regressions cover covers
coverage mutation mutations mutant mutants table public jest mocha vitest jasmine ava tap testify prueba pruebas teste testes essais тест тесты 测试 テスト`), func(v *view) bool { return v.hasTests() }},
	{lex.Set(`fix fixes fixed patch patches diff change changes correct corrected correction corrections bug bugs repair implement implementation add adds code
korrigieren beheben ändern corregir arregla arregle corrija cambio corrige corriger исправить 修复 修正`), (*view).hasChange},
	{lex.Set(`bug bugs correctness quality review audit proofread proofreading factually factual findings finding report reports rank severity issues issue problems problem defects defect risks risk risky concerns danger dangers dangerous missing
weakness weaknesses pitfall pitfalls trap traps gotcha gotchas surprise surprises surprising unsafe broken flaw flaws hostile attack attacks attacker attackers
crash crashes hang hangs mangle exploitable vulnerable vulnerability vulnerabilities riesgo riesgos peligro peligroso risiken gefährlich pièges risques
security assessment opinion look sicherheit fehler probleme risiken gefährlich fallen errores riesgo riesgos peligroso trampas pièges risques fallos problemas erros ошибки 问题`), func(v *view) bool { return v.Ground.Anchored+v.Ground.Near >= 2 || v.Ground.Quoted >= 2 }},
	{lex.Set(`explain explanation why cause reason reasons understand describe happens anleitung kurzanleitung erklären warum porque causa
pourquoi почему page article guide section note handbook introduction overview wiki chapter plan proposal propose suggest ideas`),
		func(v *view) bool { return v.prose.words >= 40 && len(v.all.touched) > 0 }},
	{lex.Set(`crash crashes crashed crashing panic panics panicked dies stack trace traceback kaputt abstürzt absturz`), func(v *view) bool { return breaksDown.MatchString(v.Doc.Low.Text) }},
	{lex.Set(`replacement replacements replace replaces modernise modernize migration migrate rewrite`), func(v *view) bool { return v.Want.Config && v.hasChange() }},
	{lex.Set(`example examples snippet snippets ejemplo ejemplos exemple beispiel beispiele exemplo пример 示例`), func(v *view) bool { return v.Doc.CodeLines() > 1 || v.showsMuchCode() }},
	{lex.Set(`locate pinpoint find`), func(v *view) bool { return v.Ground.Anchored > 0 }},
	{lex.Set(`measure measured measurement count counts compare numbers figures`), func(v *view) bool { return v.Doc.Count(document.TableRow) > 3 || v.tellsCost() }},
	{lex.Set(`cost costs cheap cheaper expensive overhead win wins gain gains saving savings`), func(v *view) bool { return v.tellsCost() }},
	{lex.Set(`table tables tabelle tabla tabela tableau tabell`), func(v *view) bool { return v.Doc.Count(document.TableRow) > 2 }},
	{lex.Set(`behaviour behavior behaviours result results output outcome shape form verhalten ergebnis comportamiento resultado comportement résultat поведение результат`),
		func(v *view) bool { return v.prose.words >= 20 }},
	{lex.Set(`refactor refactors refactored refactoring refactorings restructure restructuring tidy cleanup change changes idea ideas suggestion suggestions`), (*view).proposesChange},
	{lex.Set(`json list findings`), func(v *view) bool { return len(v.findings) > 1 }},
}

// proposesChange reports whether a deliverable tells in which places code is to be
// made better, where that is the whole request.
func (v *view) proposesChange() bool {
	return v.in.Request.Category == city.Refactor && v.Ground.Anchored+v.Ground.Near >= 2
}

// measure matches a figure of time, of memory or of allocations.
var measure = pattern.New(`(?i)\d\s?(?:ns|µs|μs|us|ms|s|secs?|seconds?|min|minutes?|allocs?|allocations?|bytes|kb|kib|mb|mib|gb|gib)(?:/op)?\b`)

// enoughMeasured is how many lines with such figures make a text one of measurements.
const enoughMeasured = 3

// findCost reports whether a deliverable tells what something costs in figures.
func (v *view) findCost() bool {
	lines := 0
	for i, l := range v.Doc.Lower {
		if !v.Doc.Lines[i].Code && measure.MatchString(l) {
			if lines++; lines == enoughMeasured {
				return true
			}
		}
	}
	return false
}

// breaksDown matches what says that a program ends against its will.
var breaksDown = pattern.New(`(?i)\b(?:crash\w*|panic\w*|uncaught|throws?|thrown|throwing|exception|segfault|abstürz\w*)\b`)

// topics are words for a product that can be what the code is about as well, as
// the suggestions of a command line are.
var topics = lex.Set("suggest page section chapter outcome shape")

// met reports whether a word of the request stands for a kind of product that
// the deliverable has.
func (v *view) met(word string) bool {
	for _, c := range concepts {
		if c.words[word] && c.there(v) {
			return !topics[word] || v.Index.UsesOf(word) == 0
		}
	}
	return false
}

// manyShown is how many pieces of code in its sentences and tables make a text one of
// examples.
const manyShown = 12

// showsMuchCode reports whether the sentences of a text are full of pieces of code.
func (v *view) showsMuchCode() bool {
	n := 0
	for _, l := range v.Doc.Lines {
		if n += len(l.Spans); n >= manyShown {
			return true
		}
	}
	return false
}

// findTests reports whether the deliverable brings tests.
func (v *view) findTests() bool { return testcode.Marked(v.allCode()) || v.extendsTests() }

// extendsTests reports whether a change that fits adds code to a file of tests, as a
// row of a table of cases is.
func (v *view) extendsTests() bool {
	if v.Index == nil {
		return false
	}
	for _, f := range v.changes().Changed {
		if !testcode.File.MatchString(f.Path) || change.ProseFile(f.Path) {
			continue
		}
		if _, come := change.OnlyIn(f.Before, f.After); slices.ContainsFunc(come, func(l string) bool {
			return lex.Meaningful(l) && strings.TrimSpace(remark.ReplaceAllString(l, "")) != ""
		}) {
			return true
		}
	}
	return false
}

// changesTypeScript reports whether a file of TypeScript is changed that does more than
// declare types.
func (v *view) changesTypeScript() bool {
	return v.Index != nil && slices.ContainsFunc(v.changes().Changed, func(f change.File) bool {
		return slices.Contains([]string{".ts", ".tsx", ".mts", ".cts"}, path.Ext(f.Path)) && !strings.HasSuffix(f.Path, ".d.ts")
	})
}

// writtenIn reports whether a word is the name of a language that delivered code is
// written in.
func (v *view) writtenIn(word string) bool {
	of, known := syntax.LanguageOf[word]
	return word == "typescript" && v.changesTypeScript() || known && slices.ContainsFunc(v.Doc.Blocks, func(b document.Block) bool {
		return b.Lang == word || syntax.LanguageOf[b.Lang] == of && (word != "typescript" || b.Lang == "ts" || b.Lang == "tsx")
	})
}

// hasChange reports whether the deliverable holds a change to the repository.
func (v *view) hasChange() bool {
	if len(v.in.Patch) > 0 {
		return true
	}
	for _, b := range v.Doc.Blocks {
		if b.Diff {
			return true
		}
	}
	return v.Doc.CodeLines() > 1
}
