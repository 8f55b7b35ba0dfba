// Package column says in one place, for each column of a table, what is written
// there of a value and where what is read goes. Statements take their names and
// their values from the same list, so that the two cannot fall out of step.
package column

import (
	"encoding/json"
	"fmt"
	"time"

	"aicity.dev/aicity/internal/store"
)

// Of is a column of the table that keeps Ts.
type Of[T any] struct {
	Name  string         // when it is only read, it may be an expression
	Write func(t *T) any // the value to keep; nil when it is only read
	Read  Read[T]        // nil when it is only written
	fixed bool           // see Fixed
}

// Read says where to scan a column for t, and what, unless it is nil, then makes
// a part of t of it.
type Read[T any] func(t *T) (dest any, take func() error)

// Via is a Read of what the database keeps as a V, a *V where it may be NULL.
func Via[T, V any](take func(t *T, v V) error) Read[T] {
	return func(t *T) (any, func() error) {
		v := new(V)
		return v, func() error { return take(t, *v) }
	}
}

// Into is a Read of what the database keeps as Go does.
func Into[T, V any](field func(*T) *V) Read[T] {
	return func(t *T) (any, func() error) { return field(t), nil }
}

// Fixed is c as a column that does not change after the row is inserted.
func (c Of[T]) Fixed() Of[T] {
	c.fixed = true
	return c
}

// Plain is for what the database keeps as Go does, such as a bool or a *int.
func Plain[T, V any](name string, field func(*T) *V) Of[T] {
	return Of[T]{Name: name, Write: func(t *T) any { return *field(t) }, Read: Into(field)}
}

// Text is for a string of any type.
func Text[T any, V ~string](name string, field func(*T) *V) Of[T] {
	return Of[T]{Name: name, Write: func(t *T) any { return string(*field(t)) }, Read: Into(field)}
}

// Number is for a whole number of any type.
func Number[T any, V ~int | ~int64](name string, field func(*T) *V) Of[T] {
	return Of[T]{Name: name, Write: func(t *T) any { return int64(*field(t)) }, Read: Into(field)}
}

// Time is for an instant.
func Time[T any](name string, field func(*T) *time.Time) Of[T] {
	return Of[T]{
		Name:  name,
		Write: func(t *T) any { return store.Micros(*field(t)) },
		Read:  Via(func(t *T, us int64) error { *field(t) = store.FromMicros(us); return nil }),
	}
}

// TimePtr is for an instant that may be missing.
func TimePtr[T any](name string, field func(*T) **time.Time) Of[T] {
	return Of[T]{
		Name:  name,
		Write: func(t *T) any { return store.MicrosPtr(*field(t)) },
		Read:  Via(func(t *T, us *int64) error { *field(t) = store.FromMicrosPtr(us); return nil }),
	}
}

// Duration is for a time span, which is kept in microseconds.
func Duration[T any](name string, field func(*T) *time.Duration) Of[T] {
	return Of[T]{
		Name:  name,
		Write: func(t *T) any { return field(t).Microseconds() },
		Read:  Via(func(t *T, us int64) error { *field(t) = time.Duration(us) * time.Microsecond; return nil }),
	}
}

// JSON is for a value that is kept as JSON; its type must be one that cannot fail
// to encode.
func JSON[T, V any](name string, field func(*T) *V) Of[T] {
	return Of[T]{
		Name: name,
		Write: func(t *T) any {
			text, _ := json.Marshal(*field(t))
			return string(text)
		},
		Read: Via(func(t *T, text string) error {
			if err := json.Unmarshal([]byte(text), field(t)); err != nil {
				return fmt.Errorf("decode %s: %w", name, err)
			}
			return nil
		}),
	}
}
