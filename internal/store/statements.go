package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"

	"modernc.org/sqlite"
)

// SQLite's driver parses each statement anew; parsing costs several times what
// a small statement does. This wraps its connections in ones that keep their
// prepared statements.

// maxStatements bounds the prepared statements of a connection. The city has a
// few hundred texts; what is beyond is prepared for one use.
const maxStatements = 500

// connector opens connections that keep their statements.
type connector struct{ driver.Connector }

// keepStatements opens SQLite at dsn; no connection is made yet.
func keepStatements(dsn string) (*sql.DB, error) {
	c, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector{c}), nil
}

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &keepingConn{sqliteConn: conn.(sqliteConn), kept: map[string]prepared{}}, nil //nolint:forcetypeassert // what the driver is
}

// sqliteConn is what the driver's connections can do.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// prepared is a statement and, for each of its parameters, the number of the
// argument that it takes; nil when the driver is to find out by their names.
type prepared struct {
	statement
	order []int
}

// arguments puts args into the order of the parameters.
func (p prepared) arguments(args []driver.NamedValue) ([]driver.NamedValue, error) {
	if p.order == nil || inOrder(p.order, len(args)) {
		return args, nil
	}
	ordered := make([]driver.NamedValue, len(p.order))
	for i, n := range p.order {
		if n > len(args) {
			return nil, fmt.Errorf("argument $%d of %d is missing", n, len(args))
		}
		ordered[i] = driver.NamedValue{Ordinal: i + 1, Value: args[n-1].Value}
	}
	return ordered, nil
}

// inOrder reports whether order is 1, 2, … n.
func inOrder(order []int, n int) bool {
	for i, number := range order {
		if number != i+1 {
			return false
		}
	}
	return len(order) == n
}

// keepingConn is a connection with its prepared statements that are not in use.
// database/sql lets one goroutine at a time use it.
type keepingConn struct {
	sqliteConn
	kept map[string]prepared
}

// take returns the statement of a text, for the caller alone: the same text may
// run again while the rows of its first run are open.
func (c *keepingConn) take(ctx context.Context, query string) (prepared, error) {
	if s, ok := c.kept[query]; ok {
		delete(c.kept, query)
		return s, nil
	}
	text, order := nameless(query)
	s, err := c.PrepareContext(ctx, text)
	if err != nil {
		return prepared{}, err
	}
	return prepared{s.(statement), order}, nil //nolint:forcetypeassert // what the driver is
}

func (c *keepingConn) giveBack(query string, s prepared) error {
	if _, twice := c.kept[query]; twice || len(c.kept) >= maxStatements {
		return s.Close()
	}
	c.kept[query] = s
	return nil
}

func (c *keepingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	var result driver.Result
	if args, err = s.arguments(args); err == nil {
		result, err = s.ExecContext(ctx, args)
	}
	if back := c.giveBack(query, s); err == nil {
		err = back
	}
	return result, err
}

func (c *keepingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	var rows driver.Rows
	if args, err = s.arguments(args); err == nil {
		rows, err = s.QueryContext(ctx, args)
	}
	if err != nil {
		_ = c.giveBack(query, s)
		return nil, err
	}
	return &keepingRows{Rows: rows, done: func() error { return c.giveBack(query, s) }}, nil
}

func (c *keepingConn) Close() error {
	for query, s := range c.kept {
		delete(c.kept, query)
		_ = s.Close()
	}
	return c.sqliteConn.Close()
}

// keepingRows gives its statement back when it is closed.
type keepingRows struct {
	driver.Rows
	done func() error
}

func (r *keepingRows) Close() error {
	err := r.Rows.Close()
	if r.done != nil {
		if back := r.done(); err == nil {
			err = back
		}
		r.done = nil
	}
	return err
}
