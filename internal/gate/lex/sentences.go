package lex

import "strings"

// Sentences splits a line at the ends of sentences.
func Sentences(text string) []string {
	var all []string
	start := 0
	for i, r := range text {
		end := r == '\u3002' || r == '\uff01' || r == '\uff1f'
		if (r == '.' || r == '!' || r == '?' || r == ';') && (i+1 == len(text) || text[i+1] == ' ') {
			end = true
		}
		if end {
			next := i + len(string(r))
			all = append(all, text[start:next])
			start = next
		}
	}
	if strings.TrimSpace(text[start:]) != "" {
		all = append(all, text[start:])
	}
	return all
}

// SentenceAround returns where the sentence around two bytes of a line begins
// and ends; a full stop inside code ends none.
func SentenceAround(line string, start, end int, spans [][]int) (from, to int) {
	to = len(line)
	span := 0
	for i := 0; i+1 < len(line); i++ {
		for span < len(spans) && spans[span][1] <= i {
			span++
		}
		if span < len(spans) && i >= spans[span][0] || line[i+1] != ' ' || line[i] != '.' && line[i] != '!' && line[i] != '?' {
			continue
		}
		if i < start {
			from = i + 1
		} else if i >= end {
			return from, i + 1
		}
	}
	return from, to
}
