// Package smarthttp fetches one commit from a git host by git's smart HTTP
// protocol: version 2, or 0 where a host knows no newer one. It reads of the
// answers what it must, keeps next to nothing of them, and passes the pack on
// without looking into it. How much may come, and from where, is for the
// transport it is given to decide.
package smarthttp

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Remote is a repository on a git host. It is for one user at a time.
type Remote struct {
	base    *url.URL // where the repository is, after redirects
	client  *http.Client
	login   string // of the Authorization header; "" is none
	version int
	able    map[string]string // what the host says it can do
	refs    Refs              // of a host of version 0, which lists them at once
}

// Refs are the refs that were asked for and are there, with the ids of their objects.
type Refs struct {
	Objects map[string]string
	Any     bool // the repository has refs, whatever they are called
}

// Access says how to get to a repository.
type Access struct {
	URL       string
	Login     string // "user:password"; "" is none. It goes to the URL's host only
	PlainHTTP bool   // a redirect may lead to plain http
	Transport http.RoundTripper
}

const (
	service    = "git-upload-pack"
	infoRefs   = "/info/refs"
	asking     = "service=" + service
	userAgent  = "git/2 (AI City)" // some hosts look for the first word
	maxHops    = 10                // redirects
	maxAble    = 256               // lines about what a host can do
	maxShallow = 64                // lines about where history is cut off; one is expected
)

// objectID is the whole name of an object.
var objectID = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)

// Open asks a host for a repository. The names are those of the refs that List
// will be asked for. Errors: ErrNotFound, ErrPrivate, ErrNotGit, ErrDumb, ErrElsewhere, ErrHost.
func Open(ctx context.Context, access Access, names []string) (*Remote, error) {
	base, err := url.Parse(access.URL)
	if err != nil {
		return nil, ErrNotFound
	}
	base.Path = strings.TrimSuffix(base.Path, "/")
	r := &Remote{base: base}
	if access.Login != "" {
		r.login = "Basic " + base64.StdEncoding.EncodeToString([]byte(access.Login))
	}
	r.client = &http.Client{Transport: access.Transport, CheckRedirect: r.follow(access)}
	if err := r.discover(ctx, names); err != nil {
		return nil, quiet("ask for the repository", err)
	}
	return r, nil
}

// follow decides about redirects of the first question; the others have none.
func (r *Remote) follow(access Access) func(*http.Request, []*http.Request) error {
	home := hostPort(r.base)
	return func(next *http.Request, before []*http.Request) error {
		next.Header.Del("Referer") // an address may be private
		next.URL.User = nil
		switch {
		case next.Method != http.MethodGet || before[0].Method != http.MethodGet:
			return http.ErrUseLastResponse
		case len(before) > maxHops:
			return ErrHost
		case next.URL.Scheme != "https" && (next.URL.Scheme != "http" || !access.PlainHTTP):
			return ErrElsewhere
		case r.login != "" && hostPort(next.URL) != home:
			return ErrElsewhere
		default:
			return nil
		}
	}
}

// hostPort is the address that a URL is dialled at.
func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// discover asks what the host can do and, of an old one, what refs it has.
func (r *Remote) discover(ctx context.Context, names []string) error {
	asked := *r.base
	asked.Path, asked.RawPath, asked.RawQuery = r.base.Path+infoRefs, "", asking
	if r.base.RawPath != "" {
		asked.RawPath = strings.TrimSuffix(r.base.RawPath, "/") + infoRefs
	}
	answer, err := r.do(ctx, http.MethodGet, &asked, nil)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if err := r.moved(answer.Request.URL); err != nil {
		return err
	}
	if !strings.HasPrefix(answer.Header.Get("Content-Type"), "application/x-"+service+"-advertisement") {
		return unspoken(answer.Body)
	}
	return r.advertisement(newPackets(answer.Body), names)
}

// unspoken is what an answer is that is not the protocol's: a file that git
// writes for dumb HTTP begins with an object's id, a tab and the name of a ref.
func unspoken(body io.Reader) error {
	const ids = 64
	head := make([]byte, ids+1)
	n, _ := io.ReadFull(body, head)
	if id, _, tab := strings.Cut(string(head[:n]), "\t"); tab && objectID.MatchString(id) {
		return ErrDumb
	}
	return ErrNotGit
}

// moved takes over the address that redirects ended at.
func (r *Remote) moved(to *url.URL) error {
	base := *to
	path, ok := strings.CutSuffix(to.Path, infoRefs)
	if !ok || to.RawQuery != asking {
		return ErrNotFound // a page to log in at, say
	}
	base.Path, base.RawPath, base.RawQuery = path, strings.TrimSuffix(to.RawPath, infoRefs), ""
	r.base = &base
	return nil
}

// advertisement reads the first answer.
func (r *Remote) advertisement(in *packets, names []string) error {
	kind, line, err := in.line()
	if err == nil && kind == data && line == "# "+asking {
		if kind, line, err = in.line(); err == nil && kind == flush {
			kind, line, err = in.line()
		}
	}
	switch {
	case err != nil:
		return err
	case kind == data && line == "version 2":
		r.version = 2
		return r.abilities(in)
	case kind == data && line == "version 1":
		kind, line, err = in.line()
	}
	r.able, r.refs = map[string]string{}, Refs{Objects: map[string]string{}}
	for first := true; ; first = false {
		if err != nil {
			return err
		}
		if kind == flush {
			return nil
		}
		ref, words, listed := strings.Cut(line, "\x00")
		if first && listed {
			r.can(strings.Fields(words))
		}
		r.refs.add(ref, names)
		kind, line, err = in.line()
	}
}

// abilities reads what a host of version 2 can do.
func (r *Remote) abilities(in *packets) error {
	r.able = map[string]string{}
	for range maxAble {
		kind, line, err := in.line()
		if err != nil {
			return err
		}
		if kind == flush {
			return nil
		}
		r.can([]string{line})
	}
	return ErrHost
}

func (r *Remote) can(words []string) {
	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")
		if len(r.able) < maxAble {
			r.able[name] = value
		}
	}
}

// add takes "<object> <name>", with more behind it that is not looked at.
func (refs *Refs) add(line string, names []string) {
	words := strings.Split(line, " ")
	if len(words) < 2 || !objectID.MatchString(words[0]) || words[1] == "capabilities^{}" {
		return
	}
	refs.Any = true
	if _, known := refs.Objects[words[1]]; !known && slices.Contains(names, words[1]) {
		refs.Objects[words[1]] = words[0]
	}
}

// do sends a question. Errors: ErrNotFound, ErrPrivate, ErrNotGit, ErrHost.
func (r *Remote) do(ctx context.Context, method string, to *url.URL, body io.Reader) (*http.Response, error) {
	question, err := http.NewRequestWithContext(ctx, method, to.String(), body)
	if err != nil {
		return nil, ErrNotFound
	}
	question.Header.Set("User-Agent", userAgent)
	question.Header.Set("Git-Protocol", "version=2")
	question.Header.Set("Accept", "*/*")
	if r.login != "" {
		question.Header.Set("Authorization", r.login)
	}
	if body != nil {
		question.Header.Set("Content-Type", "application/x-"+service+"-request")
		question.Header.Set("Accept", "application/x-"+service+"-result")
	}
	answer, err := r.client.Do(question)
	if err != nil {
		return nil, err
	}
	switch answer.StatusCode {
	case http.StatusOK:
		return answer, nil
	case http.StatusUnauthorized, http.StatusForbidden:
		err = ErrPrivate
	case http.StatusNotFound:
		err = ErrNotFound
	case http.StatusNonAuthoritativeInfo, http.StatusNoContent:
		err = ErrNotGit // a page to log in at, of a host that does not redirect
	default:
		err = ErrHost
	}
	return nil, errors.Join(err, answer.Body.Close())
}
