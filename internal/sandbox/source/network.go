package source

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"code.dny.dev/ssrf"
)

// network is the only way to a repository's host. It looks at each address after
// its name was resolved, so that neither DNS nor a redirect leads to a private
// one, and it counts the bytes.
type network struct {
	dialer    net.Dialer
	transport *http.Transport

	left    atomic.Int64 // bytes that may still come
	refused atomic.Bool  // an address was not allowed
	failed  atomic.Bool  // a host could not be reached
}

const (
	// dialTimeout bounds one connection attempt.
	dialTimeout = 10 * time.Second
	// stallTimeout is how long a host may send nothing at all.
	stallTimeout = 30 * time.Second
	maxHeaders   = 64 << 10
)

// newNetwork returns a network that lets so many bytes come in.
func newNetwork(allowPrivate bool, transfer int64) *network {
	n := &network{dialer: net.Dialer{Timeout: dialTimeout}}
	if !allowPrivate {
		n.dialer.Control = ssrf.New().Safe
	}
	n.left.Store(transfer)
	n.transport = &http.Transport{
		DialContext: n.dial, TLSHandshakeTimeout: dialTimeout, ResponseHeaderTimeout: stallTimeout, MaxResponseHeaderBytes: maxHeaders,
		DisableCompression: true, // what comes is counted as it is
	}
	return n
}

// close lets the connections go.
func (n *network) close() { n.transport.CloseIdleConnections() }

// spent reports whether more came than was allowed.
func (n *network) spent() bool { return n.left.Load() < 0 }

var errSpent = errors.New("transfer limit reached")

func (n *network) dial(ctx context.Context, kind, address string) (net.Conn, error) {
	conn, err := n.dialer.DialContext(ctx, kind, address)
	if err != nil {
		if errors.Is(err, ssrf.ErrProhibitedIP) || errors.Is(err, ssrf.ErrProhibitedPort) || errors.Is(err, ssrf.ErrProhibitedNetwork) {
			n.refused.Store(true)
		} else {
			n.failed.Store(true)
		}
		return nil, err
	}
	counted := &countedConn{Conn: conn, left: &n.left}
	counted.stalled = time.AfterFunc(stallTimeout, func() { _ = conn.Close() })
	return counted, nil
}

// countedConn stops reading when too much has come, and ends when nothing comes.
type countedConn struct {
	net.Conn
	left    *atomic.Int64
	stalled *time.Timer
}

func (c *countedConn) Read(b []byte) (int, error) {
	c.stalled.Reset(stallTimeout)
	n, err := c.Conn.Read(b)
	if c.left.Add(int64(-n)) < 0 {
		return 0, errSpent
	}
	return n, err
}

// Close ends the connection and the watch over it.
func (c *countedConn) Close() error {
	c.stalled.Stop()
	return c.Conn.Close()
}
