package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"code.dny.dev/ssrf"
)

// proxy is the only way git gets to the network: it dials for git, and the
// dialler looks at the address after its name was resolved, so that neither
// DNS nor a redirect leads to a private one. It also counts the bytes.
type proxy struct {
	dialer  net.Dialer
	onlyFor string // host:port that a token is meant for; "" is any

	left    atomic.Int64 // bytes that may still come
	refused atomic.Bool  // an address was not allowed
	failed  atomic.Bool  // a host could not be reached

	server   *http.Server
	listener net.Listener
	conns    sync.WaitGroup
	cancel   context.CancelFunc
}

// dialTimeout bounds one connection attempt.
const dialTimeout = 10 * time.Second

// startProxy listens on a free loopback port until Close.
func startProxy(ctx context.Context, allowPrivate bool, transfer int64, onlyFor string) (*proxy, error) {
	p := &proxy{dialer: net.Dialer{Timeout: dialTimeout}, onlyFor: onlyFor}
	if !allowPrivate {
		p.dialer.Control = ssrf.New().Safe
	}
	p.left.Store(transfer)
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for git: %w", err)
	}
	ctx, p.cancel = context.WithCancel(ctx)
	p.listener = listener
	p.server = &http.Server{
		Handler:           p,
		ReadHeaderTimeout: dialTimeout,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	p.conns.Go(func() { _ = p.server.Serve(listener) })
	return p, nil
}

// URL is the proxy's address for git.
func (p *proxy) URL() string { return "http://" + p.listener.Addr().String() }

// Close ends all connections and waits for them.
func (p *proxy) Close() {
	p.cancel()
	_ = p.server.Close()
	p.conns.Wait()
}

// spent reports whether more came than was allowed.
func (p *proxy) spent() bool { return p.left.Load() < 0 }

var errSpent = errors.New("transfer limit reached")

// dial connects to a host that git asked for.
func (p *proxy) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if p.onlyFor != "" && address != p.onlyFor {
		p.refused.Store(true)
		return nil, errors.New("a token is for one host only")
	}
	conn, err := p.dialer.DialContext(ctx, network, address)
	if err != nil {
		if errors.Is(err, ssrf.ErrProhibitedIP) || errors.Is(err, ssrf.ErrProhibitedPort) || errors.Is(err, ssrf.ErrProhibitedNetwork) {
			p.refused.Store(true)
		} else {
			p.failed.Store(true)
		}
		return nil, err
	}
	return &countedConn{Conn: conn, left: &p.left}, nil
}

// countedConn stops reading when too much has come.
type countedConn struct {
	net.Conn
	left *atomic.Int64
}

func (c *countedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.left.Add(int64(-n)) < 0 {
		return 0, errSpent
	}
	return n, err
}

// ServeHTTP serves git: CONNECT for https, absolute URLs for http.
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect {
		p.tunnel(w, r)
		return
	}
	if !r.URL.IsAbs() || r.URL.Scheme != "http" {
		http.Error(w, "not a proxy request", http.StatusBadRequest)
		return
	}
	transport := &http.Transport{DialContext: p.dial, DisableKeepAlives: true, ResponseHeaderTimeout: time.Minute}
	forward := &httputil.ReverseProxy{
		Rewrite:       func(pr *httputil.ProxyRequest) { pr.Out.Host = pr.In.Host },
		Transport:     transport,
		FlushInterval: -1,
		ErrorLog:      nil,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			w.WriteHeader(http.StatusBadGateway)
		},
	}
	forward.ServeHTTP(w, r)
}

func (p *proxy) tunnel(w http.ResponseWriter, r *http.Request) {
	upstream, err := p.dial(r.Context(), "tcp", r.Host)
	if err != nil {
		http.Error(w, "cannot connect", http.StatusBadGateway)
		return
	}
	defer func() { _ = upstream.Close() }()
	client, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = client.Close() }()
	// The server no longer ends a hijacked connection; ctx does.
	stop := context.AfterFunc(r.Context(), func() { _, _ = client.Close(), upstream.Close() })
	defer stop()
	if _, err := io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	p.conns.Add(1)
	go func() {
		defer p.conns.Done()
		_, _ = io.Copy(upstream, buffered)
		if tcp, ok := upstream.(*countedConn).Conn.(*net.TCPConn); ok {
			_ = tcp.CloseWrite()
		}
	}()
	_, _ = io.Copy(client, upstream)
}

// hostPort is the address that a URL is dialled at.
func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}
