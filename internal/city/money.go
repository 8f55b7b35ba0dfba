package city

import "fmt"

// Cents is an amount of money in integer US cents. Nothing in the city counts
// money in any other unit.
type Cents int64

// USD is the only currency so far; every amount is carried with it.
const USD = "USD"

// String formats the amount for people: "$3.00", "-$0.05".
func (c Cents) String() string {
	if c < 0 {
		// Negated as unsigned, so that the smallest int64 does not overflow.
		u := uint64(-(c + 1)) + 1 //nolint:gosec // not negative here
		return fmt.Sprintf("-$%d.%02d", u/100, u%100)
	}
	return fmt.Sprintf("$%d.%02d", c/100, c%100)
}
