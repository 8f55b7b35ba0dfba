package main

import (
	"archive/tar"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/sandbox/image"
)

// exportedWith is the tar of a container with these programs.
func exportedWith(t *testing.T, programs map[string]string) string {
	t.Helper()
	var exported bytes.Buffer
	w := tar.NewWriter(&exported)
	for name, content := range programs {
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o755, Size: int64(len(content))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "container.tar")
	if err := os.WriteFile(file, exported.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// An operator imports an image, sees it in the list, verifies it, and is told
// what has changed in it.
func TestSandboxImage(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	exported := exportedWith(t, map[string]string{"bin/sh": "shell", "bin/curl": "curl"})
	steps := []struct {
		args []string
		want []string
		err  string
	}{
		{args: []string{"list"}, want: []string{"No images"}},
		{args: []string{"verify", "mine"}, err: `no image "mine"`},
		{args: []string{"import", "mine", exported}, want: []string{"Left out, being network tools: bin/curl\n", "Image mine: ", "--sandbox-rootfs mine", "It lacks git, without which"}},
		{args: []string{"import", "whole", exportedWith(t, map[string]string{"bin/sh": "shell", "usr/bin/git": "git"})}, want: []string{"Image whole: "}},
		{args: []string{"verify", "whole"}, want: []string{"Image whole is what it was"}},
		{args: []string{"import", "mine", exported}, err: "already"},
		{args: []string{"list"}, want: []string{"mine", "container.tar"}},
		{args: []string{"verify", "mine"}, want: []string{"Image mine is what it was"}, err: "image mine lacks git, without which repositories and archives cannot be opened (provisioning answers SANDBOX_UNAVAILABLE)"},
		{args: []string{"verify", "mine", "--tree=1234"}, err: "not the one noted"},
	}
	for _, step := range steps {
		checkImageStep(t, append(step.args, "--data="+data), step.want, step.err)
	}
	if err := os.WriteFile(filepath.Join(data, image.Folder, "mine/rootfs/bin/sh"), []byte("other"), 0o755); err != nil {
		t.Fatal(err)
	}
	checkImageStep(t, []string{"verify", "mine", "--data=" + data}, nil, "/bin/sh is a file")
}

func checkImageStep(t *testing.T, args, want []string, wantErr string) {
	t.Helper()
	out, err := printed(t, append([]string{"sandbox", "image"}, args...)...)
	if wantErr != "" && (err == nil || !strings.Contains(err.Error(), wantErr)) || wantErr == "" && err != nil {
		t.Errorf("%v: got %v, want %q", args, err, wantErr)
	}
	for _, part := range want {
		if !strings.Contains(out, part) {
			t.Errorf("%v: %q lacks %q", args, out, part)
		}
	}
}
