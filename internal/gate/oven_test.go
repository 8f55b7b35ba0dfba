package gate

import (
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/repository"
)

// ovenView looks at work on a repository of one file.
func ovenView(category city.Category, request, result string) *view {
	return look(Input{
		Request: Request{Category: category, Description: request}, Deliverable: Deliverable{Result: result},
		Repo: &repository.Repo{
			Files: []repository.File{{Path: "package.json"}, {Path: "lib/oven.js"}},
			Source: filesOf{
				"package.json": `{"name": "oven"}`,
				"lib/oven.js": "exports.configure = (folder, options) => {\n  exports.folder = folder\n}\n\n" +
					"exports.save = function (value, format, done) {\n  done(null, value)\n}\n",
			},
		},
	})
}
