package python

// Same reports whether two modules are the same code: they differ in comments,
// blank lines, docstrings and how they are laid out. The second result is false
// when one of them cannot be read.
func Same(one, other string) (same, ok bool) {
	a, ok := lex(one, false)
	b, valid := lex(other, false)
	if !ok || !valid {
		return false, false
	}
	a, b = withoutDocs(a), withoutDocs(b)
	if len(a) != len(b) {
		return false, true
	}
	for i := range a {
		if a[i] != b[i] {
			return false, true
		}
	}
	return true, true
}

// withoutDocs leaves out the statements that are nothing but a string.
func withoutDocs(tokens []token) []token {
	kept := make([]token, 0, len(tokens))
	for i := 0; i < len(tokens); i++ {
		first := i == 0 || tokens[i-1].kind == newline || tokens[i-1].kind == indent || tokens[i-1].kind == dedent
		if first && tokens[i].kind == text && i+1 < len(tokens) && tokens[i+1].kind == newline {
			i++
			continue
		}
		kept = append(kept, tokens[i])
	}
	return kept
}
