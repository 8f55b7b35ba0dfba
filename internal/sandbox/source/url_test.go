package source

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
)

func TestCheckURL(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		url             string
		public, private bool // allowed without and with private repositories
	}{
		{"https://github.com/owner/repo", true, true},
		{"https://github.com/owner/repo.git", true, true},
		{"https://github.com:443/owner/repo", true, true},
		{"https://1.1.1.1/owner/repo", true, true},
		{"https://github.com:8443/owner/repo", false, true},
		{"http://github.com/owner/repo", false, true},
		{"https://127.0.0.1/x", false, true},
		{"https://[::1]/x", false, true},
		{"https://[::ffff:10.0.0.1]/x", false, true},
		{"https://10.1.2.3/x", false, true},
		{"https://169.254.169.254/latest", false, true},
		{"https://localhost/x", false, true},
		{"https://localhost./x", false, true},
		{"https://git.internal/x", false, true},
		{"https://intranet/x", false, true},
		{"https://2130706433/x", false, true},
		{"https://0x7f000001/x", false, true},
		{"https://127.1/x", false, true},
		{"https://0177.0.0.1/x", false, true},
		{"https://user:secret@github.com/x", false, false},
		{"https://token@github.com/x", false, false},
		{"ssh://git@github.com/x", false, false},
		{"git@github.com:owner/repo", false, false},
		{"git://github.com/x", false, false},
		{"ext::sh -c id", false, false},
		{"file:///etc", false, false},
		{"/etc", false, false},
		{"--upload-pack=id", false, false},
		{"https://github.com", false, false},
		{"https://github.com/", false, false},
		{"https:///x", false, false},
		{"https:github.com/x", false, false},
		{"https://github.com/x?y=z", false, false},
		{"https://github.com/x#y", false, false},
		{"https://github.com/x\ny", false, false},
		{"https://github.com/" + strings.Repeat("x", maxURL), false, false},
		{"", false, false},
	} {
		if err := CheckURL(test.url, false); (err == nil) != test.public || err != nil && city.CodeOf(err) != city.CodeRepoNotAllowed {
			t.Errorf("%.60q: got %v, allowed %v", test.url, err, test.public)
		}
		if err := CheckURL(test.url, true); (err == nil) != test.private {
			t.Errorf("%.60q with private repositories: got %v, allowed %v", test.url, err, test.private)
		}
	}
}

func TestCheckRef(t *testing.T) {
	t.Parallel()
	for ref, ok := range map[string]bool{
		"": true, "main": true, "feature/x": true, "v1.2.3": true, "refs/heads/main": true, "größe": true, "a@b": true,
		"-x": false, "--upload-pack=id": false, "a..b": false, "a b": false, "a:b": false, "a~1": false, "a^": false, "a*": false,
		"a.lock": false, "a/": false, "/a": false, "a//b": false, "@{u}": false, "a\nb": false, ".a": false, strings.Repeat("a", 256): false,
	} {
		if err := checkRef(ref); (err == nil) != ok {
			t.Errorf("%.30q: got %v, allowed %v", ref, err, ok)
		}
	}
}
