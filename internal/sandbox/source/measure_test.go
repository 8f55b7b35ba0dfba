package source

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWriteMeasures(t *testing.T) {
	t.Parallel()
	b, err := private().Write(t.Context(), "package main\n\nfunc main() {}", newDest(t))
	if err != nil {
		t.Fatal(err)
	}
	want := Baseline{
		Commit: b.Commit, Files: []File{{Path: "main.go", Bytes: 28, Lines: 3, Text: true}},
		Size: Size{Files: 1, Bytes: 28, Tokens: 7, Class: Small},
	}
	if diff := cmp.Diff(want, b); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEmptyHasABaseline(t *testing.T) {
	t.Parallel()
	b, err := private().Empty(t.Context(), newDest(t))
	if err != nil || len(b.Commit) != 40 || b.Size.Files != 0 || b.Size.Class != Small {
		t.Errorf("got %+v, %v", b, err)
	}
}

func TestSizeOf(t *testing.T) {
	t.Parallel()
	text := func(path string, size int64) File { return File{Path: path, Bytes: size, Text: true} }
	for _, test := range []struct {
		name  string
		files []File
		want  Size
	}{
		{"nothing", nil, Size{Class: Small}},
		{"text", []File{text("a.go", 4000), text("b.md", 401)}, Size{Files: 2, Bytes: 4401, Tokens: 1101, Class: Small}},
		{"no binaries", []File{{Path: "a.png", Bytes: 4000}}, Size{Files: 1, Bytes: 4000, Class: Small}},
		{"no lock files", []File{text("web/package-lock.json", 1e6), text("go.sum", 1e6)}, Size{Files: 2, Bytes: 2e6, Class: Small}},
		{"no vendored code", []File{text("vendor/x/a.go", 1e6), text("web/node_modules/a.js", 1e6), text("a.min.js", 1e6)}, Size{Files: 3, Bytes: 3e6, Class: Small}},
		{"but what is called alike", []File{text("vendors.go", 400)}, Size{Files: 1, Bytes: 400, Tokens: 100, Class: Small}},
		{"medium", []File{text("a.go", 100_004)}, Size{Files: 1, Bytes: 100_004, Tokens: 25_001, Class: Medium}},
		{"large", []File{text("a.go", 1_000_004)}, Size{Files: 1, Bytes: 1_000_004, Tokens: 250_001, Class: Large}},
	} {
		if diff := cmp.Diff(test.want, sizeOf(test.files)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestCountLines(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		content string
		lines   int
		text    bool
	}{
		{"", 0, true}, {"a", 1, true}, {"a\n", 1, true}, {"a\nb", 2, true}, {"\n\n", 2, true}, {"a\x00b\n", 0, false},
		{strings.Repeat("x", sniffBytes) + "\x00\n", 1, true},
		{strings.Repeat("x", sniffBytes-1) + "\x00\n", 0, false},
	} {
		file := File{Text: true}
		if err := countLines(strings.NewReader(test.content), &file, make([]byte, 4096)); err != nil || file.Lines != test.lines || file.Text != test.text {
			t.Errorf("%.20q: got %d lines, text %v, %v; want %d, %v", test.content, file.Lines, file.Text, err, test.lines, test.text)
		}
	}
}

func TestFileName(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		"package main\n\nimport \"fmt\"\n":                         "main.go",
		"#!/usr/bin/env python3\nx = 1\n":                          "main.py",
		"import os\n\ndef f(x):\n    return x\n":                   "main.py",
		"const x = require('fs');\nfunction f(a) { return a; }\n":  "main.js",
		"interface User {\n  name: string\n}\n":                    "main.ts",
		"import { x } from './x'\nconst f = (a: string) => a\n":    "main.ts",
		"public class Main {\n  public static void main() {}\n}\n": "main.java",
		"#include <stdio.h>\nint main() {}\n":                      "main.c",
		"#include <iostream>\nint main() {}\n":                     "main.cpp",
		"use std::io;\nfn main() {\n}\n":                           "main.rs",
		"<?php\necho 1;\n":                                         "main.php",
		"<!DOCTYPE html>\n<html></html>\n":                         "main.html",
		"{\n  \"a\": 1\n}\n":                                       "main.json",
		"SELECT a FROM b WHERE c = 1;\n":                           "main.sql",
		"#!/bin/bash\nset -e\n":                                    "main.sh",
		"# Title\n\nSome text.\n":                                  "main.md",
		"Just a sentence about nothing.":                           "main.txt",
		"":                                                         "main.txt",
	} {
		if got := FileName(code); got != want {
			t.Errorf("%.40q: got %s, want %s", code, got, want)
		}
	}
}

func TestDelivered(t *testing.T) {
	t.Parallel()
	host := newRemote(t, "")
	host.repository(t, "app", map[string]string{"a b.txt": "one\n", "d/e": "", "l": "-> a b.txt", "big": strings.Repeat("x", MaxObject+1)})
	dest := newDest(t)
	b, err := private().Clone(t.Context(), Repo{URL: host.URL + "/app"}, dest)
	if err != nil {
		t.Fatal(err)
	}
	o, err := OpenDelivered(dest.Delivered, b)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		path, want string
		ok         bool
	}{
		{"a b.txt", "one\n", true}, {"d", "", false}, {"d/e", "", true}, {"big", "", false}, {"nope", "", false}, {"../a", "", false}, {"a b.txt", "one\n", true},
	} {
		if got, ok := o.ReadFile(test.path); ok != test.ok || string(got) != test.want {
			t.Errorf("%q: got %q, %v", test.path, got, ok)
		}
	}
	if err := o.Close(); err != nil {
		t.Error(err)
	}
	if _, ok := o.ReadFile("a b.txt"); ok {
		t.Error("reads after Close")
	}
}
