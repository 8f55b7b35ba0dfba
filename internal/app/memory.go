package app

import (
	"os"
	"runtime/debug"
)

// gcPercent lets the heap grow to four times what is in use before it is
// collected. The city's live heap is tens of megabytes, and with Go's default an
// eighth of its processor time went into collecting it.
const gcPercent = 300

// TradeMemory sets how much memory the process spends to collect garbage less
// often. It is for programs that serve a city; GOGC in the environment wins, and
// GOMEMLIMIT bounds it as ever.
func TradeMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}
