package inspect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// Bounds on what is read of one repository.
const (
	maxFiles     = 1500
	maxFileBytes = 400 << 10
	maxRepoBytes = 24 << 20
)

// Repo is a repository that has been read.
type Repo struct {
	Sources []Source
	Total   int            // files in the repository
	Skipped map[string]int // why files were left out → how many
}

// Load reads the files worth reading, those that the task names first.
func Load(ctx context.Context, files Files, task Task) (*Repo, error) {
	all, err := files.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("list repository: %w", err)
	}
	repo := &Repo{Total: len(all), Skipped: map[string]int{}}
	focus := NewFocus(task, all)
	slices.SortStableFunc(all, func(a, b File) int {
		if fa, fb := focus.Names(a.Path), focus.Names(b.Path); fa != fb {
			if fa {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Path, b.Path)
	})
	budget := int64(maxRepoBytes)
	for _, f := range all {
		why := unread(f)
		if why == "" && (len(repo.Sources) == maxFiles || f.Size > budget) {
			why = "over the limit of one review"
		}
		if why != "" {
			repo.Skipped[why]++
			continue
		}
		raw, err := files.Read(ctx, f.Path)
		if ctx.Err() != nil {
			return nil, fmt.Errorf("read repository: %w", errors.Join(ctx.Err(), err))
		}
		switch {
		case err != nil:
			repo.Skipped["could not be read"]++
		case len(raw) > maxFileBytes || int64(len(raw)) > budget:
			repo.Skipped["too large"]++
		case bytes.IndexByte(raw[:min(len(raw), 8000)], 0) >= 0 || !utf8.Valid(raw):
			repo.Skipped["binary"]++
		case generated(raw):
			repo.Skipped["generated or minified"]++
		default:
			budget -= int64(len(raw))
			repo.Sources = append(repo.Sources, newSource(f.Path, raw))
		}
	}
	return repo, nil
}

func newSource(p string, raw []byte) Source {
	text := strings.TrimSuffix(string(raw), "\n")
	return Source{Path: p, Lang: Language(p), Text: raw, Lines: strings.Split(text, "\n"), Test: isTest(p)}
}

// skipDirs hold what others wrote or tools made.
var skipDirs = map[string]string{
	".git": "version control", "node_modules": "dependencies", "vendor": "dependencies", "third_party": "dependencies",
	"bower_components": "dependencies", ".venv": "dependencies", "venv": "dependencies", "site-packages": "dependencies",
	"dist": "build output", "build": "build output", "out": "build output", "target": "build output", ".next": "build output",
	"coverage": "build output", "__pycache__": "build output", ".idea": "editor settings", ".vscode": "editor settings",
}

// binaryExt are files that nobody reviews line by line.
var binaryExt = map[string]bool{
	".png": true, ".jpg": true, ".jpeg": true, ".gif": true, ".webp": true, ".ico": true, ".pdf": true, ".zip": true, ".gz": true, ".tgz": true,
	".tar": true, ".bz2": true, ".xz": true, ".7z": true, ".woff": true, ".woff2": true, ".ttf": true, ".eot": true, ".otf": true, ".mp3": true,
	".mp4": true, ".mov": true, ".avi": true, ".so": true, ".dll": true, ".exe": true, ".dylib": true, ".a": true, ".o": true, ".class": true,
	".jar": true, ".wasm": true, ".pyc": true, ".db": true, ".sqlite": true, ".bin": true, ".svg": true,
}

// unread says why a file is not worth reading, "" when it is.
func unread(f File) string {
	dir := path.Dir(f.Path)
	for part := range strings.SplitSeq(dir, "/") {
		if why := skipDirs[part]; why != "" {
			return why
		}
	}
	low := strings.ToLower(path.Base(f.Path))
	switch ext := path.Ext(low); {
	case binaryExt[ext]:
		return "binary"
	case strings.HasSuffix(low, ".min.js"), strings.HasSuffix(low, ".min.css"), strings.HasSuffix(low, ".map"), strings.HasSuffix(low, ".pb.go"), strings.HasSuffix(low, "_pb2.py"):
		return "generated or minified"
	case low == "package-lock.json", low == "yarn.lock", low == "pnpm-lock.yaml", low == "go.sum", low == "poetry.lock", low == "cargo.lock":
		return "lock file"
	case f.Size > maxFileBytes:
		return "too large"
	}
	return ""
}

// generated reports whether a tool wrote the file: it says so, or its lines
// are too long for a person.
func generated(raw []byte) bool {
	head := raw[:min(len(raw), 2000)]
	if bytes.Contains(head, []byte("DO NOT EDIT")) || bytes.Contains(head, []byte("@generated")) {
		return true
	}
	lines := bytes.Count(raw, []byte("\n")) + 1
	return len(raw) > 8000 && len(raw)/lines > 400
}

func isTest(p string) bool {
	base := strings.ToLower(path.Base(p))
	if strings.HasSuffix(base, "_test.go") || strings.HasPrefix(base, "test_") || strings.Contains(base, ".test.") || strings.Contains(base, ".spec.") || strings.HasSuffix(base, "_test.py") || base == "conftest.py" {
		return true
	}
	for part := range strings.SplitSeq(strings.ToLower(path.Dir(p)), "/") {
		if part == "test" || part == "tests" || part == "__tests__" || part == "testdata" || part == "spec" {
			return true
		}
	}
	return false
}

// The languages that have checks; other files are read as text.
const (
	Go         = "Go"
	JavaScript = "JavaScript"
	TypeScript = "TypeScript"
	Python     = "Python"
)

// Language names the language of a file for people, "" for plain text.
func Language(p string) string {
	switch base, ext := path.Base(p), strings.ToLower(path.Ext(p)); {
	case ext == ".go":
		return Go
	case ext == ".js", ext == ".mjs", ext == ".cjs", ext == ".jsx":
		return JavaScript
	case ext == ".ts", ext == ".tsx", ext == ".mts", ext == ".cts":
		return TypeScript
	case ext == ".py":
		return Python
	case base == "Dockerfile", strings.HasPrefix(base, "Dockerfile."):
		return "Dockerfile"
	case ext == ".yml", ext == ".yaml":
		return "YAML"
	case ext == ".md", ext == ".markdown":
		return "Markdown"
	default:
		return otherLanguages[ext]
	}
}

var otherLanguages = map[string]string{
	".json": "JSON", ".html": "HTML", ".css": "CSS", ".sh": "shell", ".sql": "SQL", ".rb": "Ruby", ".java": "Java", ".rs": "Rust",
	".php": "PHP", ".c": "C", ".h": "C", ".cpp": "C++", ".cs": "C#", ".toml": "TOML", ".kt": "Kotlin", ".swift": "Swift",
}

// Of returns the sources in one of the languages.
func (r *Repo) Of(langs ...string) []Source {
	var some []Source
	for _, s := range r.Sources {
		if slices.Contains(langs, s.Lang) {
			some = append(some, s)
		}
	}
	return some
}

// Find returns the source at a path, nil when it was not read.
func (r *Repo) Find(p string) *Source {
	for i := range r.Sources {
		if r.Sources[i].Path == p {
			return &r.Sources[i]
		}
	}
	return nil
}
