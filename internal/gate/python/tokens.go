package python

// Kind is the kind of a token.
type Kind int

// The kinds of tokens. A line break ends a statement, and what is indented stands
// between an Indent and a Dedent.
const (
	Name Kind = iota // a keyword, too
	Number
	Text // with its prefix and quotes
	Operator
	Newline
	Indent
	Dedent
)

// Token is one token; of line breaks and indentation there is no text.
type Token struct {
	Kind Kind
	Text string
}

// Tokens are those of a part of a module; false when it is none.
func Tokens(source string) ([]Token, bool) {
	if !Part(source) {
		return nil, false
	}
	tokens, ok := lex(source, true)
	if !ok {
		return nil, false
	}
	kinds := map[kind]Kind{name: Name, number: Number, text: Text, op: Operator, newline: Newline, indent: Indent, dedent: Dedent}
	all := make([]Token, 0, len(tokens))
	for _, t := range tokens {
		if t.kind != end {
			all = append(all, Token{kinds[t.kind], t.s})
		}
	}
	return all, true
}
