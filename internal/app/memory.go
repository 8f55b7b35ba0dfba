package app

import "runtime/debug"

const (
	// gcPercent lets the heap grow to four times what is in use before it is
	// collected. The city's live heap is tens of megabytes, and with Go's default
	// an eighth of its processor time went into collecting it.
	gcPercent = 300
	// goDefault is what Go sets when GOGC is not in the environment.
	goDefault = 100
)

// TradeMemory sets how much memory the process spends to collect garbage less
// often. It is for programs that serve a city; GOGC in the environment wins, and
// GOMEMLIMIT bounds it as ever.
func TradeMemory() {
	if chosen := debug.SetGCPercent(gcPercent); chosen != goDefault {
		debug.SetGCPercent(chosen)
	}
}
