package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// A file that is given alone is called in the sandbox as its owner calls it, a
// linked one too.
func TestPackOneKeepsTheName(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "kept.js"), []byte("let a\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "cart.js")
	if err := os.Symlink(filepath.Join(dir, "kept.js"), link); err != nil {
		t.Fatal(err)
	}
	content, err := packOne(link)
	if err != nil {
		t.Fatal(err)
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	archive := tar.NewReader(unzipped)
	header, err := archive.Next()
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(archive); err != nil || header.Name != "cart.js" || string(text) != "let a\n" {
		t.Errorf("%s: %q, %v", header.Name, text, err)
	}
	if header, err := archive.Next(); err != io.EOF {
		t.Errorf("and %v, %v", header, err)
	}
	if _, err := packOne(filepath.Join(dir, "none.js")); err == nil {
		t.Error("a missing file was packed")
	}
}
