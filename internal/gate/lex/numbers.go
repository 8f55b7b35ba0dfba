package lex

import (
	"regexp"
	"strconv"
	"strings"
)

// figureOf matches numbers as code writes them, with what they are shifted by or
// raised to, and products.
var figureOf = regexp.MustCompile(`\b(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|\d[\d_]*(?:\.\d+)?(?:[eE]\d+)?)n?(?:\s*(?:<<|\*\*|\*)\s*(?:0[xX][0-9a-fA-F_]+|\d[\d_]*(?:\.\d+)?(?:[eE]\d+)?)n?)*|\d[\d_]*(?:\.\d+)?`)

var operations = regexp.MustCompile(`\s*(<<|\*\*|\*)\s*`)

// CodeNumbers returns up to n numbers of code, all when n is negative.
func CodeNumbers(code string, n int) []string { return figureOf.FindAllString(code, n) }

// ValuesOf are the values that a number of the code, and each part of it, has.
func ValuesOf(text string) []float64 {
	parts := operations.Split(text, -1)
	ops := operations.FindAllStringSubmatch(text, -1)
	var all []float64
	whole, ok := figureValue(parts[0])
	if ok {
		all = append(all, whole)
	}
	for i, part := range parts[1:] {
		n, good := figureValue(part)
		if !good {
			return all
		}
		all = append(all, n)
		switch ops[i][1] {
		case "*":
			whole *= n
		case "<<":
			whole = power(whole, 2, n)
		case "**":
			whole = power(1, whole, n)
		}
		all = append(all, whole)
	}
	return all
}

// power is start times base to the n, as far as figures go.
func power(start, base, n float64) float64 {
	const most = 63
	for range int(min(n, most)) {
		start *= base
	}
	return start
}

func figureValue(text string) (float64, bool) {
	text = strings.ReplaceAll(strings.TrimSuffix(text, "n"), "_", "")
	if n, err := strconv.ParseInt(text, 0, 64); err == nil {
		return float64(n), true
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil
}
