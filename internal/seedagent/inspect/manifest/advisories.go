package manifest

// advisory is a published fault of a dependency.
type advisory struct {
	kind, name string
	affected   string // semver constraint
	fixed      string
	id, what   string
}

// advisories are faults that are well known and easy to hit.
var advisories = []advisory{
	{"npm", "lodash", "< 4.17.21", "4.17.21", "CVE-2021-23337", "command injection in `template`; earlier ones also prototype pollution"},
	{"npm", "minimist", "< 1.2.6", "1.2.6", "CVE-2021-44906", "prototype pollution"},
	{"npm", "express", "< 4.17.3", "4.17.3", "CVE-2022-24999", "denial of service through qs"},
	{"npm", "qs", ">= 6.7.0, < 6.7.3", "6.7.3", "CVE-2022-24999", "denial of service through `__proto__` keys"},
	{"npm", "node-fetch", "< 2.6.7", "2.6.7", "CVE-2022-0235", "cookies and tokens sent to another host on redirect"},
	{"npm", "axios", "< 0.21.2", "0.21.2", "CVE-2021-3749", "regular expression denial of service"},
	{"npm", "moment", "< 2.29.2", "2.29.2", "CVE-2022-24785", "path traversal through locale names"},
	{"npm", "jsonwebtoken", "< 9.0.0", "9.0.0", "CVE-2022-23540", "signature check bypassed by the `none` algorithm"},
	{"npm", "ws", ">= 7.0.0, < 7.4.6", "7.4.6", "CVE-2021-32640", "regular expression denial of service"},
	{"npm", "handlebars", "< 4.7.7", "4.7.7", "CVE-2021-23369", "code execution through templates"},
	{"npm", "ejs", "< 3.1.7", "3.1.7", "CVE-2022-29078", "template injection through options"},
	{"npm", "tar", ">= 6.0.0, < 6.1.9", "6.1.9", "CVE-2021-37712", "files written outside the target folder"},
	{"npm", "serialize-javascript", "< 3.1.0", "3.1.0", "CVE-2020-7660", "code injection"},
	{"pip", "pyyaml", "< 5.4", "5.4", "CVE-2020-14343", "code execution through `full_load`"},
	{"pip", "requests", ">= 2.3.0, < 2.31.0", "2.31.0", "CVE-2023-32681", "proxy credentials sent to the target"},
	{"pip", "jinja2", "< 2.11.3", "2.11.3", "CVE-2020-28493", "regular expression denial of service"},
	{"pip", "urllib3", "< 1.26.5", "1.26.5", "CVE-2021-33503", "regular expression denial of service"},
	{"pip", "flask", "< 2.2.5", "2.2.5", "CVE-2023-30861", "session cookies cached by proxies"},
	{"pip", "werkzeug", "< 2.2.3", "2.2.3", "CVE-2023-25577", "unbounded multipart parsing"},
	{"pip", "pillow", "< 10.0.1", "10.0.1", "CVE-2023-4863", "heap overflow in libwebp"},
	{"go", "github.com/dgrijalva/jwt-go", "< 4.0.0-0", "github.com/golang-jwt/jwt/v5", "CVE-2020-26160", "audience check bypassed; the module is abandoned"},
	{"go", "golang.org/x/text", "< 0.3.8", "v0.3.8", "CVE-2022-32149", "denial of service in language tags"},
	{"go", "golang.org/x/crypto", "< 0.17.0", "v0.17.0", "CVE-2023-48795", "SSH prefix truncation (Terrapin)"},
	{"go", "golang.org/x/net", "< 0.17.0", "v0.17.0", "CVE-2023-39325", "HTTP/2 rapid reset"},
	{"go", "gopkg.in/yaml.v2", "< 2.2.8", "v2.2.8", "CVE-2019-11254", "denial of service"},
	{"go", "gopkg.in/yaml.v3", "< 3.0.1", "v3.0.1", "CVE-2022-28948", "panic on crafted input"},
	{"go", "github.com/gin-gonic/gin", ">= 1.3.1, < 1.9.1", "v1.9.1", "CVE-2023-29401", "wrong file name in attachments"},
}
