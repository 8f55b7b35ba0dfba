package syntax

import (
	"path"
	"strings"
)

// LanguageOf maps a file extension or the name on a code fence to a language.
var LanguageOf = map[string]string{
	"go": "go", "golang": "go",
	"js": "javascript", "mjs": "javascript", "cjs": "javascript", "jsx": "javascript", "javascript": "javascript", "node": "javascript",
	"ts": "javascript", "tsx": "javascript", "mts": "javascript", "cts": "javascript", "typescript": "javascript",
	"vue": "javascript", "svelte": "javascript",
	"py": "python", "python": "python", "pyi": "python", "ipynb": "python",
	"rb": "ruby", "ruby": "ruby", "java": "java", "kt": "kotlin", "kts": "kotlin", "kotlin": "kotlin", "scala": "scala",
	"rs": "rust", "rust": "rust", "php": "php", "cs": "csharp", "csharp": "csharp", "swift": "swift",
	"c": "c", "h": "c", "cc": "c", "cpp": "c", "hpp": "c", "cxx": "c", "c++": "c",
	"ex": "elixir", "exs": "elixir", "lua": "lua", "dart": "dart", "hs": "haskell", "pl": "perl",
}

// Extension is the extension of a file's name without its dot.
func Extension(p string) string { return strings.TrimPrefix(path.Ext(p), ".") }

// LanguageOfFile returns the programming language of a file, "" for none.
func LanguageOfFile(p string) string {
	return LanguageOf[strings.ToLower(Extension(p))]
}
