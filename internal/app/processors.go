package app

import "runtime"

// SpareProcessor lets Go run one thread more than there are processors, and
// returns what undoes that. It is for programs that serve a city on SQLite:
// its writer waits for the disk in this process, and Go counts a thread that
// waits there as one that runs for up to 10 ms, then has it wait for another
// to stop. GOMAXPROCS in the environment wins.
func SpareProcessor() (undo func()) {
	chosen := runtime.GOMAXPROCS(0)
	runtime.SetDefaultGOMAXPROCS()
	if runtime.GOMAXPROCS(0) != chosen {
		runtime.GOMAXPROCS(chosen)
		return func() {}
	}
	runtime.GOMAXPROCS(chosen + 1)
	return runtime.SetDefaultGOMAXPROCS
}
