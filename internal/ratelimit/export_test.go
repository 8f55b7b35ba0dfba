package ratelimit

// Buckets is how many buckets are kept.
func Buckets(l *Limiter) int { return len(l.buckets) }
