package city

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Cents is an amount of money in integer US cents. Nothing in the city counts
// money in any other unit.
type Cents int64

// USD is the currency that a city keeps its books in. The database holds every
// transfer, account and order to it, and amounts that leave the city name it.
const USD = "USD"

// String formats the amount for people: "$3.00", "-$0.05", "$12,500.00".
func (c Cents) String() string {
	if c < 0 {
		// Negated as unsigned, so that the smallest int64 does not overflow.
		u := uint64(-(c + 1)) + 1 //nolint:gosec // not negative here
		return fmt.Sprintf("-$%s.%02d", grouped(u/100), u%100)
	}
	return fmt.Sprintf("$%s.%02d", grouped(uint64(c/100)), c%100)
}

// typed is an amount in dollars with its cents or without: 12, 12.5, $12.50 and
// 12,500.00. In 12,50 the comma stands for something else, so it is none.
var typed = regexp.MustCompile(`^\$?(\d{1,12}|\d{1,3}(?:,\d{3}){1,3})(?:\.(\d{1,2}))?$`)

// ParseDollars reads an amount as people type it, and as String writes one that is
// not negative; ok is false for anything else.
func ParseDollars(text string) (c Cents, ok bool) {
	parts := typed.FindStringSubmatch(text)
	if parts == nil {
		return 0, false
	}
	cents, err := strconv.ParseInt(strings.ReplaceAll(parts[1], ",", "")+(parts[2] + "00")[:2], 10, 64)
	return Cents(cents), err == nil
}

// grouped writes a number with a comma before every third digit.
func grouped(n uint64) string {
	digits := strconv.FormatUint(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
