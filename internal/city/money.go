package city

import (
	"fmt"
	"strconv"
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

// grouped writes a number with a comma before every third digit.
func grouped(n uint64) string {
	digits := strconv.FormatUint(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
