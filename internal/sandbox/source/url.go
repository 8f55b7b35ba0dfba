package source

import (
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"code.dny.dev/ssrf"

	"aicity.dev/aicity/internal/city"
)

// maxURL bounds a repository's address, in bytes.
const maxURL = 2_000

// CheckURL reports whether raw is an address that may be cloned: an https URL
// of a public host on its usual port, without a user or password in it. With
// allowPrivate plain http, other ports and private addresses are fine too.
// What a name resolves to is checked when it is dialled. Errors: REPO_NOT_ALLOWED.
func CheckURL(raw string, allowPrivate bool) error {
	if len(raw) > maxURL {
		return errNotAllowed("it is too long")
	}
	if strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return errNotAllowed("it has spaces or control characters")
	}
	u, err := url.Parse(raw)
	if err != nil {
		return errNotAllowed("it is not a URL")
	}
	switch {
	case u.Scheme == "http" && !allowPrivate:
		return errNotAllowed("plain http is not encrypted; use https")
	case u.Scheme != "https" && u.Scheme != "http":
		return errNotAllowed("only https URLs are taken")
	case u.User != nil:
		return errNotAllowed("it holds a user or password; pass a token as repoToken")
	case u.Opaque != "" || u.Hostname() == "":
		return errNotAllowed("it names no host")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return errNotAllowed("it has a query or fragment")
	case u.Path == "" || u.Path == "/":
		return errNotAllowed("it names no repository")
	case allowPrivate:
		return nil
	case u.Port() != "" && u.Port() != "443":
		return errNotAllowed("only port 443 is taken")
	}
	return checkHost(u.Hostname())
}

// checkHost refuses what is private by its very name.
func checkHost(host string) error {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if addr, err := netip.ParseAddr(host); err == nil {
		if ssrf.New().SafeAddr(addr) != nil {
			return errNotAllowed("its address is not public")
		}
		return nil
	}
	if !strings.Contains(host, ".") || numericName.MatchString(host) {
		return errNotAllowed("its host is not a public name")
	}
	for _, suffix := range []string{".localhost", ".local", ".internal", ".home.arpa", ".lan", ".intranet"} {
		if strings.HasSuffix(host, suffix) {
			return errNotAllowed("its host is not a public name")
		}
	}
	return nil
}

// numericName is an address in a spelling that only some resolvers read:
// 127.1, 0x7f.1, 017700000001.0.
var numericName = regexp.MustCompile(`(^|\.)(0x[0-9a-f]*|[0-9]+)$`)

func errNotAllowed(why string) *city.Error {
	return city.Errorf(city.CodeRepoNotAllowed, "This repository URL is not allowed: %s.", why)
}

// refName is what git accepts as the name of a branch or tag, and no option.
var refName = regexp.MustCompile(`^[^\x00-\x20\x7f~^:?*\[\\/.@-][^\x00-\x20\x7f~^:?*\[\\]*$`)

// checkRef reports whether ref can name anything. Errors: REF_NOT_FOUND.
func checkRef(ref string) error {
	if ref == "" {
		return nil
	}
	bad := len(ref) > 255 || !refName.MatchString(ref) || strings.Contains(ref, "..") || strings.Contains(ref, "@{") ||
		strings.Contains(ref, "//") || strings.HasSuffix(ref, "/") || strings.HasSuffix(ref, ".") || strings.HasSuffix(ref, ".lock")
	if bad {
		return errRefNotFound()
	}
	return nil
}
