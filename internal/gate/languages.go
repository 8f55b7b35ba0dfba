package gate

import (
	"path"
	"strings"

	"aicity.dev/aicity/internal/gate/lex"
)

// languageOf maps a file extension or the name on a code fence to a language.
var languageOf = map[string]string{
	"go": "go", "golang": "go",
	"js": "javascript", "mjs": "javascript", "cjs": "javascript", "jsx": "javascript", "javascript": "javascript", "node": "javascript",
	"ts": "javascript", "tsx": "javascript", "mts": "javascript", "cts": "javascript", "typescript": "javascript",
	"vue": "javascript", "svelte": "javascript",
	"py": "python", "python": "python", "pyi": "python", "ipynb": "python",
	"rb": "ruby", "ruby": "ruby", "java": "java", "kt": "kotlin", "kts": "kotlin", "kotlin": "kotlin", "scala": "scala",
	"rs": "rust", "rust": "rust", "php": "php", "cs": "csharp", "csharp": "csharp", "swift": "swift",
	"c": "c", "h": "c", "cc": "c", "cpp": "c", "hpp": "c", "cxx": "c", "c++": "c",
	"ex": "elixir", "exs": "elixir", "lua": "lua", "dart": "dart", "hs": "haskell", "pl": "perl",
}

// documentExt are files that fit any repository: data, shells,
// configuration, markup.
var documentExt = map[string]bool{
	".md": true, ".markdown": true, ".txt": true, ".json": true, ".yml": true, ".yaml": true, ".toml": true,
	".mod": true, ".cfg": true, ".ini": true, ".html": true, ".css": true, ".sql": true, ".sh": true, ".rst": true,
}

// languageOfFile returns the programming language of a file, "" for none.
func languageOfFile(p string) string {
	return languageOf[strings.ToLower(strings.TrimPrefix(path.Ext(p), "."))]
}

// citedExt are the extensions that make a word with a dot a file name.
var citedExt = lex.Set(`go js mjs cjs jsx ts tsx mts cts vue svelte py pyi ipynb rb rs java kt kts scala php cs swift c h cc cpp hpp cxx
ex exs lua dart hs pl json jsonl yml yaml toml ini cfg conf env xml md markdown mdx rst txt lock mod sum gradle properties proto graphql
tf tfvars sql html htm css scss sass less csv tsv sh bash zsh ps1 bat cmake mk templ tmpl tpl ejs hbs pug erb jinja j2 svg gitignore
dockerignore editorconfig npmrc nvmrc eslintrc prettierrc babelrc`)

// citedNames are file names without an extension.
var citedNames = lex.Set(`Dockerfile Makefile Jenkinsfile Procfile Gemfile Rakefile Vagrantfile Caddyfile LICENSE PATENTS COPYING NOTICE AUTHORS CODEOWNERS`)

// objectNames are the usual left sides of a method call that looks like a file
// name: res.json, response.sh, app.conf.
var objectNames = lex.Set(`res req ctx app response request reply this self obj opts options config cfg process module exports window document
console math json object array string number e err event r w c t s db tx client server router http https fs path util utils data body args argv params it`)

// productNames end in .js or the like and are no files.
var productNames = lex.Set(`node.js express.js vue.js react.js next.js nuxt.js angular.js three.js d3.js ember.js backbone.js socket.io
moment.js chart.js deno.js bun.js discord.js koa.js nest.js alpine.js electron.js handlebars.js p5.js require.js knockout.js asp.net
vuejs.org nodejs.org go.dev pkg.go.dev`)
