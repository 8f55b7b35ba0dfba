package app

// Background runs f as the city's own background work.
func (a *App) Background(name string, f func()) { a.background.Go(name, f) }
