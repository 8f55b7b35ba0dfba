package ui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
)

//go:embed static
var static embed.FS

// Assets are the files a page loads, under names that change with their content,
// so that browsers may keep them for ever.
type Assets struct {
	urls  map[string]string // "app.css" → "/static/app.1a2b3c4d5e.css"
	files map[string]asset  // by URL path
}

type asset struct {
	kind    string // content type
	content []byte
	zipped  []byte // nil when it would not help
}

// styles is the one style sheet, made of static/css in the order of the names.
const styles = "app.css"

// LoadAssets prepares the files that come with the pages.
func LoadAssets() (*Assets, error) {
	a := &Assets{urls: map[string]string{}, files: map[string]asset{}}
	err := fs.WalkDir(static, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) == ".css" {
			return err
		}
		content, err := static.ReadFile(name)
		if err != nil {
			return err
		}
		return a.add(strings.TrimPrefix(name, "static/"), content)
	})
	if err != nil {
		return nil, fmt.Errorf("load static files: %w", err)
	}
	sheet, err := a.stylesheet()
	if err != nil {
		return nil, err
	}
	return a, a.add(styles, sheet)
}

// stylesheet joins the sheets and points them to the other files' real names.
func (a *Assets) stylesheet() ([]byte, error) {
	names, err := fs.Glob(static, "static/css/*.css")
	if err != nil {
		return nil, fmt.Errorf("list style sheets: %w", err)
	}
	slices.Sort(names)
	var all bytes.Buffer
	for _, name := range names {
		content, err := static.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read style sheet: %w", err)
		}
		all.Write(content)
	}
	sheet := all.String()
	for name, url := range a.urls {
		sheet = strings.ReplaceAll(sheet, `"/static/`+name+`"`, `"`+url+`"`)
	}
	return []byte(sheet), nil
}

func (a *Assets) add(name string, content []byte) error {
	sum := sha256.Sum256(content)
	ext := path.Ext(name)
	url := "/static/" + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:5]) + ext
	file := asset{kind: contentType(ext), content: content}
	if ext != ".woff2" {
		zipped, err := compress(content)
		if err != nil {
			return fmt.Errorf("compress %s: %w", name, err)
		}
		file.zipped = zipped
	}
	a.urls[name], a.files[url] = url, file
	return nil
}

func contentType(ext string) string {
	switch ext {
	case ".woff2":
		return "font/woff2" // not in every system's table
	case ".js":
		return "text/javascript; charset=utf-8"
	default:
		return mime.TypeByExtension(ext)
	}
}

func compress(content []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if out.Len() >= len(content) {
		return nil, nil
	}
	return out.Bytes(), nil
}

// URL is where the file with this name in static is served.
func (a *Assets) URL(name string) string { return a.urls[name] }

// ServeHTTP answers for everything below /static/.
func (a *Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	file, ok := a.files[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", file.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	content := file.content
	if file.zipped != nil {
		h.Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			content = file.zipped
		}
	}
	h.Set("Content-Length", fmt.Sprint(len(content)))
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(content)
}
