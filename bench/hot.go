package main

import (
	"context"
	"fmt"
	"sync/atomic"
)

// crowd is how many agents there are, and as many buyers.
const crowd = 1_000

// measureHot settles tasks from all workers, between one buyer and one agent and
// between a thousand of each: what the two share must not make tasks wait for
// each other.
//
// SQLite has one writer and is not measured.
func measureHot(ctx context.Context, s settings, e engine) ([]measurement, error) {
	if e.url == "" {
		return nil, nil
	}
	city, err := openCity(ctx, s, e, crowd)
	if err != nil {
		return nil, err
	}
	defer city.close(ctx)
	var turn atomic.Int64
	anybody := func(int) int { return int(turn.Add(1)) % crowd }
	alone := func(int) int { return 0 }
	s.seconds /= turns
	one, many, err := compared(
		func() (float64, error) { return city.lifecycles(ctx, s, alone) },
		func() (float64, error) { return city.lifecycles(ctx, s, anybody) })
	if err != nil {
		return nil, err
	}
	return []measurement{{
		what: e.name + ": tasks settled, 16 at once, one buyer and one agent", got: fmt.Sprintf("%.0f/s", one),
		limit: fmt.Sprintf("%.0f/s with a thousand of each", many), ratio: one / many, aim: "≥ 0.8", met: one/many >= 0.8,
	}}, nil
}
