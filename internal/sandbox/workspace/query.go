package workspace

import (
	"bytes"
	"context"
	"io"
	"regexp"
	"regexp/syntax"
	"unicode/utf8"

	"aicity.dev/aicity/internal/city"
)

// query is an expression that is looked for, in pieces: the library cannot be
// interrupted, and a byte costs it up to a step for each instruction.
type query struct {
	expression *regexp.Regexp
	piece      int // bytes that are looked through at once
}

const (
	// pieceSteps bounds the steps of one piece to some tenths of a second.
	pieceSteps = 1 << 24
	minPiece   = 1 << 10
	maxPiece   = 256 << 10
)

// compileQuery makes the expression for several lines: ^ and $ are a line's, and
// negated classes do not match the end of one.
func compileQuery(o SearchOptions) (query, error) {
	text := o.Query
	if text == "" || len(text) > maxQuery {
		return query{}, city.InvalidField("q", "1 to %d bytes", maxQuery)
	}
	if o.Literal {
		text = regexp.QuoteMeta(text)
	}
	flags := syntax.PerlX | syntax.UnicodeGroups
	if o.IgnoreCase {
		flags |= syntax.FoldCase
	}
	parsed, err := syntax.Parse(text, flags)
	if err != nil {
		return query{}, city.InvalidField("q", "no regular expression of RE2: %v", err)
	}
	compiled, err := regexp.Compile(parsed.String())
	if err != nil {
		return query{}, city.InvalidField("q", "no regular expression of RE2: %v", err)
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return query{}, city.InvalidField("q", "no regular expression of RE2: %v", err)
	}
	return query{compiled, min(max(pieceSteps/len(program.Inst), minPiece), maxPiece)}, nil
}

// cut cuts off what is looked through at once: whole lines, at least one.
func (q query) cut(content []byte) (piece, rest []byte) {
	if len(content) <= q.piece {
		return content, nil
	}
	end := bytes.LastIndexByte(content[:q.piece], '\n') + 1
	if end == 0 {
		next := bytes.IndexByte(content[q.piece:], '\n')
		if next < 0 {
			return content, nil
		}
		end = q.piece + next + 1
	}
	return content[:end], content[end:]
}

// find is where the first match is, nil for nowhere. Through a long line it goes
// letter by letter, which is slower but ends with ctx, whose error it returns.
func (q query) find(ctx context.Context, piece []byte) ([]int, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(piece) <= q.piece {
		return q.expression.FindIndex(piece), nil
	}
	at := q.expression.FindReaderIndex(&letters{ctx: ctx, rest: piece})
	return at, ctx.Err()
}

// letters reads the letters of a text until ctx ends.
type letters struct {
	ctx  context.Context //nolint:containedctx // an io.RuneReader has no other way
	rest []byte
	read int
}

// ReadRune implements io.RuneReader.
func (l *letters) ReadRune() (rune, int, error) {
	if l.read++; len(l.rest) == 0 || l.read%minPiece == 0 && l.ctx.Err() != nil {
		return 0, 0, io.EOF
	}
	r, size := utf8.DecodeRune(l.rest)
	l.rest = l.rest[size:]
	return r, size, nil
}

// lines finds the lines that match.
func (s *searcher) lines(content []byte, shown string) error {
	number := 1
	for len(content) > 0 {
		var piece []byte
		piece, content = s.line.cut(content)
		if err := s.piece(piece, number, shown); err != nil {
			return err
		}
		number += bytes.Count(piece, []byte("\n"))
	}
	return nil
}

// piece finds the lines of a piece that match. The expression runs over the
// whole rest of it, which is fast where nothing is found, and then over the one
// line alone, since a match must not reach beyond it.
func (s *searcher) piece(content []byte, number int, shown string) error {
	for len(content) > 0 {
		at, err := s.line.find(s.ctx, content)
		if err != nil {
			return err
		}
		if at == nil || at[0] == len(content) {
			return nil
		}
		start := bytes.LastIndexByte(content[:at[0]], '\n') + 1
		number += bytes.Count(content[:start], []byte("\n"))
		line, rest, _ := bytes.Cut(content[start:], []byte("\n"))
		match, err := s.line.find(s.ctx, line)
		if err != nil {
			return err
		}
		if match != nil {
			if len(s.found.Matches) == s.limit {
				return errEnoughMatches
			}
			s.found.Matches = append(s.found.Matches, Match{Path: shown, Line: number, Column: match[0] + 1, Text: excerpt(line, match)})
		}
		content = rest
		number++
	}
	return nil
}
