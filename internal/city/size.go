package city

import (
	"strconv"
	"strings"
)

// Bytes is a size in bytes as people read it: 150 bytes, 3.2 KiB, 24 MiB. What
// does not fit into one decimal is left out, so that no size looks like the next
// larger one.
func Bytes(n int64) string {
	if n < 1<<10 {
		return strconv.FormatInt(n, 10) + " bytes"
	}
	unit, name := int64(1<<10), "KiB"
	for _, larger := range []string{"MiB", "GiB"} {
		if n >= unit<<10 {
			unit, name = unit<<10, larger
		}
	}
	whole, tenths := n/unit, n%unit*10/unit
	return strings.TrimSuffix(strconv.FormatInt(whole, 10)+"."+strconv.FormatInt(tenths, 10), ".0") + " " + name
}
