package gate

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/syntax"
)

// takenNames matches the names that a script takes out of a module.
var takenNames = regexp.MustCompile(`(?:const|let|var|import)\s*\{([^{}]{1,400})\}\s*(?:=\s*require\(\s*['"]([^'"\n]+)['"]\s*\)|from\s+['"]([^'"\n]+)['"])`)

// missingInScript are the names that a script takes out of the repository's own
// package and that stand in none of its files.
func (v *view) missingInScript(source, lang string) []string {
	var missing []string
	typed := lang == "ts" || lang == "tsx" || lang == "typescript" // types may come from elsewhere
	for _, m := range takenNames.FindAllStringSubmatch(source, 40) {
		module := lex.First(m[2], m[3])
		if module != ".." && module != "../" && !v.ownModule(module) || v.exportsUnseen() {
			continue
		}
		for one := range strings.SplitSeq(m[1], ",") {
			name := strings.TrimPrefix(strings.TrimSpace(one), "type ")
			if at := strings.IndexAny(name, " :="); at >= 0 {
				name = name[:at]
			}
			if typed && name != "" && unicode.IsUpper(rune(name[0])) {
				continue
			}
			if len(name) >= lex.MinName && lex.IsIdentifier(name) && v.MayLook() && !v.Index.HoldsName(name) {
				missing = append(missing, name)
			}
		}
	}
	return missing
}

// unseenExports matches exports whose names do not stand in the file.
var unseenExports = regexp.MustCompile("exports\\[[^'\"\\]\n]|exports\\[['\"][^'\"\n]*['\"] \\+|export \\* from ['\"][^.'\"]|exports = (?:Object\\.(?:assign|create|fromEntries)\\(.*)?require\\(['\"][^.'\"]|\\.\\.\\.require\\(['\"][^.'\"]|(?:assign|defineProperty|defineProperties)\\((?:module\\.)?exports\\b")

// findUnseenExports reports whether the repository's modules export names that they do
// not hold.
func (v *view) findUnseenExports() bool {
	return slices.ContainsFunc(v.Index.Sources, func(p string) bool {
		t := v.Index.Text(p)
		return t != nil && syntax.LanguageOfFile(p) == "javascript" && unseenExports.MatchString(t.Raw)
	})
}

// Names that scripts give to a module of their own choosing.
var (
	boundModule  = regexp.MustCompile(`(?m)^\s*(?:const|let|var|import)\s+(?:\* as\s+)?([A-Za-z_$][\w$]*)\s*(?:=\s*require\(\s*['"]([^'"\n]+)['"]\s*\)\s*(?:;|,|$)|from\s+['"]([^'"\n]+)['"])`)
	madeInstance = `\b(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*=\s*new\s+(?:MODULE)(?:\.[A-Z][\w$]*)?\s*\(`
	takenMember  = `(?:^|[^\w$.])(?:NAME)\??\.([A-Za-z_$][\w$]*)`
)

// missingMembers are the members of the repository's own module, and of instances of
// its classes, that a script or a program of Python uses and that stand in none of
// its files.
func (v *view) missingMembers(source, lang string) apiUses {
	switch syntax.LanguageOf[lang] {
	case "javascript":
		return v.missingOfModule(source)
	case "python":
		return v.missingOfPython(source)
	case "":
		if lang == "" && strings.Contains(source, "require(") {
			return v.missingOfModule(source)
		}
	}
	return apiUses{}
}

func (v *view) missingOfModule(source string) apiUses {
	var found apiUses
	var modules []string
	for _, m := range boundModule.FindAllStringSubmatch(source, 40) {
		if module := lex.First(m[2], m[3]); module == ".." || module == "../" || module == "../index.js" || v.ownModule(module) {
			modules = append(modules, m[1])
		}
	}
	if len(modules) == 0 || v.exportsUnseen() || v.Index.Langs["javascript"] == 0 {
		return found
	}
	plain := blankScript(source)
	names := modules
	if !v.inheritsUnseen() {
		for _, m := range regexp.MustCompile(strings.Replace(madeInstance, "MODULE", anyOf(modules), 1)).FindAllStringSubmatch(plain, 20) {
			names = append(names, m[1])
		}
	}
	for _, name := range names {
		if givenOften(plain, name) {
			continue
		}
		for _, m := range regexp.MustCompile(strings.Replace(takenMember, "NAME", regexp.QuoteMeta(name), 1)).FindAllStringSubmatch(plain, 60) {
			found.uses++
			if len(m[1]) >= lex.MinName && !scriptMembers[m[1]] && v.MayLook() && !v.sourcesHave(m[1]) {
				found.members = append(found.members, name+"."+m[1])
			}
		}
	}
	return found
}

// anyOf is an expression for one of some names.
func anyOf(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = regexp.QuoteMeta(n)
	}
	return strings.Join(quoted, "|")
}

// givenOften reports whether a script may give the name to something else as well.
func givenOften(source, name string) bool {
	q := regexp.QuoteMeta(name)
	return len(regexp.MustCompile(`(?:^|[^\w$.])`+q+`\s*(?:=[^=>]|\s+from\b)|\bof\s+`+q+`\b|\bin\s+`+q+`\b`).FindAllString(source, 3)) > 1 ||
		regexp.MustCompile(`\b(?:const|let|var)\s+`+q+`\s+(?:of|in)\b|[(,]\s*(?:\.\.\.)?`+q+`\b[^()\n]*\)\s*(?:=>|\{)|(?:^|[^\w$.])`+q+`\s*=>|\b(?:const|let|var)\s*[\[{][^=\n]*\b`+q+`\b[^=\n]*[\]}]\s*(?:=|of)`).MatchString(source)
}

// sourcesHave reports whether a name stands as a word in code of the repository, or
// in what documents it.
func (v *view) sourcesHave(name string) bool {
	word := regexp.MustCompile(`(?:^|[^\w$])` + regexp.QuoteMeta(name) + `(?:$|[^\w$])`)
	for _, p := range v.Index.Sources {
		if t := v.Index.Text(p); t != nil && strings.Contains(t.Raw, name) && word.MatchString(t.Raw) {
			return true
		}
	}
	return false
}

// unseenMembers matches members whose names do not stand in the file, and classes
// that have those of others.
var unseenMembers = regexp.MustCompile(`\w\[[A-Za-z_$][\w$.]*\]\s*=\s*(?:async\s+)?(?:function|\(|[\w$]+\s*=>|[\w$.]+\()|\bextends\s|` +
	`\binherits\(|\.prototype\s*=|__proto__\s*=|setPrototypeOf\(|\bnew Proxy\(|Object\.assign\([\w$.]*prototype`)

// inheritsUnseen reports whether classes of the repository may have members from
// elsewhere.
func (v *view) inheritsUnseen() bool {
	for _, p := range v.Index.Sources {
		if t := v.Index.Text(p); t != nil && syntax.LanguageOfFile(p) == "javascript" && unseenMembers.MatchString(t.Raw) {
			return true
		}
	}
	return false
}

// blankScript is a script with blanks for its comments and what its strings hold.
func blankScript(source string) string {
	return inertScript.ReplaceAllStringFunc(source, func(s string) string {
		if s[0] == '/' && s[1] != '/' && s[1] != '*' {
			return s
		}
		return s[:1] + strings.Repeat(" ", max(0, len(s)-2)) + s[len(s)-1:]
	})
}

// inertScript matches comments, strings and, so that their quotes open none,
// expressions.
var inertScript = regexp.MustCompile("//[^\n]*|(?s:/\\*.*?\\*/)|'(?:[^'\\\\\n]|\\\\.)*'|\"(?:[^\"\\\\\n]|\\\\.)*\"|`(?:[^`\\\\]|\\\\.)*`|/(?:[^/\\\\\n*]|\\\\.)(?:[^/\\\\\n]|\\\\.)*/[a-z]*")

// scriptMembers are what functions, instances and emitters of the language have.
var scriptMembers = lex.Set(`apply bind call length name prototype constructor toString toLocaleString valueOf hasOwnProperty isPrototypeOf default
then catch finally next return throw entries keys values forEach size clear delete emit once listeners listenerCount eventNames addListener removeListener
removeAllListeners prependListener rawListeners setMaxListeners pipe unpipe write destroy resume pause read push shift unshift splice slice concat join
map filter reduce reduceRight some every find findIndex findLast includes indexOf lastIndexOf flat flatMap sort reverse fill replace replaceAll split trim trimStart trimEnd
toLowerCase toUpperCase padStart padEnd startsWith endsWith substring substr charAt charCodeAt codePointAt match matchAll search test exec repeat normalize
message stack code cause mock mockReturnValue mockImplementation mockResolvedValue mockRejectedValue mockClear mockReset calls callCount restore returns yields
version toJSON asyncIterator iterator getTime toISOString toFixed byteLength buffer toEqual __esModule`)

// importsPython matches what gives a name to a package of Python, or takes names
// out of one.
var importsPython = regexp.MustCompile(`(?m)^\s*(?:import\s+(\w+)(?:\s+as\s+(\w+))?\s*$|from\s+(\w+)\s+import\s+\(?([\w, \t]+)\)?\s*$)`)

// unseenPython matches what gives a package of Python names that do not stand in it.
var unseenPython = regexp.MustCompile(`\b__getattr__\b|\bglobals\(\)|\bsetattr\(|\bfrom\s+[A-Za-z]\w*(?:\.\w+)*\s+import\s+\*|\bsys\.modules\b`)

func (v *view) missingOfPython(source string) apiUses {
	var found apiUses
	if v.Index.Langs["python"] == 0 {
		return found
	}
	lacks := func(of, name string) bool {
		return len(name) >= lex.MinName && !strings.HasPrefix(name, "_") && v.MayLook() && !v.sourcesHave(name) && !v.Index.HasFolder(of+"/"+name)
	}
	for _, m := range importsPython.FindAllStringSubmatch(source, 40) {
		of := lex.First(m[1], m[3])
		if !v.ownPackage(of) {
			continue
		}
		for name := range strings.SplitSeq(m[4], ",") {
			if fields := strings.Fields(name); len(fields) > 0 && lacks(of, fields[0]) {
				found.names = append(found.names, of+"."+fields[0])
			}
		}
		local := lex.First(m[2], m[1])
		if m[1] == "" || regexp.MustCompile(`(?m)^\s*`+local+`\s*=|\bfor\s+`+local+`\b|\bas\s+`+local+`\s*:|def \w+\([^)]*\b`+local+`\b`).MatchString(source) {
			continue
		}
		for _, use := range regexp.MustCompile(`(?:^|[^\w.'"])`+local+`\.([A-Za-z]\w*)`).FindAllStringSubmatch(pythonInert.ReplaceAllString(source, ""), 60) {
			if found.uses++; lacks(of, use[1]) {
				found.members = append(found.members, of+"."+use[1])
			}
		}
	}
	return found
}

// pythonInert matches comments and strings of one line.
var pythonInert = regexp.MustCompile(`#[^\n]*|'[^'\n]*'|"[^"\n]*"`)

// ownPackage reports whether a package of Python is the repository's, and all of its
// names stand in it.
func (v *view) ownPackage(name string) bool {
	there := false
	for _, p := range []string{name + "/__init__.py", "src/" + name + "/__init__.py", name + ".py", "src/" + name + ".py"} {
		_, has := v.Index.Files[p]
		there = there || has
	}
	if !there {
		return false
	}
	for _, p := range v.Index.Sources {
		if t := v.Index.Text(p); t != nil && syntax.LanguageOfFile(p) == "python" && unseenPython.MatchString(t.Raw) {
			return false
		}
	}
	return true
}
