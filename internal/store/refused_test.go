package store

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// Only an answer of the server says that nothing was committed.
func TestRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err  error
		want bool
	}{
		{&pgconn.PgError{Code: "23505"}, true},
		{fmt.Errorf("insert: %w", &pgconn.PgError{Code: "40001"}), true},
		{&pgconn.PgError{Code: "57P01"}, false},
		{fmt.Errorf("commit: %w", io.ErrUnexpectedEOF), false},
		{errors.New("conn closed"), false},
	} {
		if got := refused(tt.err); got != tt.want {
			t.Errorf("%v: %v, want %v", tt.err, got, tt.want)
		}
	}
}
