# AI City. `make` lists the targets; docs/development.md explains them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null)

# Each tool is built once from a module of its own, so that its dependencies
# never mix with ours; a change of its go.mod builds it again.
define build-tool
	@echo "building bin/$(notdir $@), once; it may take a minute"
	@mkdir -p bin
	@cd tools/$(1) && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o ../../$@ $(2)
	@touch $@
endef

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  \033[1m%-12s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: build ## Build, then show a whole task from submission to payment, and keep serving
	@bin/aicity demo

.PHONY: build
build: bin/runsc aicity runner ## Build aicity and its sandbox runtime into bin/

.PHONY: aicity
aicity:
	@mkdir -p bin
	@echo "building bin/aicity"
	@go build -trimpath -ldflags "-X main.version=$(VERSION)" -o bin/aicity ./cmd/aicity

.PHONY: runner
runner: # the first process of every sandbox: static, so that it runs on any root; and what starts its kernel
	@mkdir -p bin
	@CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -E main.entry" -o bin/aicity-runner ./cmd/aicity-runner
	@CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -E main.entry" -o bin/aicity-prewarmer ./cmd/aicity-prewarmer

bin/runsc: tools/runsc/go.mod # without cgo: runsc re-executes itself in a bare chroot
	$(call build-tool,runsc,gvisor.dev/gvisor/runsc)

bin/golangci-lint: tools/golangci/go.mod
	$(call build-tool,golangci,github.com/golangci/golangci-lint/v2/cmd/golangci-lint)

bin/gotestsum: tools/gotestsum/go.mod
	$(call build-tool,gotestsum,gotest.tools/gotestsum)

bin/stripe-mock: tools/stripe-mock/go.mod # a Stripe that knows the shape of every call, for tests
	$(call build-tool,stripe-mock,github.com/stripe/stripe-mock)

bin/templ: tools/templ/go.mod
	$(call build-tool,templ,github.com/a-h/templ/cmd/templ)

.PHONY: test
test: ## Check and test everything; installs what it needs, starts its own PostgreSQL
	@scripts/test.sh

.PHONY: test-short
test-short: ## Run the Go tests that need neither PostgreSQL nor Chromium
	@env -u CI -u AICITY_TEST_POSTGRES go test -short ./...

.PHONY: soak
soak: build ## Make 1,000 sandboxes, kill servers and sandboxes 200 times, and attack without root
	@AICITY_SOAK=1 go test ./test/crash -count=1 -v -timeout 60m -run TestSandboxesLeaveNothing
	@AICITY_SOAK=1 go test ./test/attack -count=1 -v -timeout 60m -run TestAttacksWithoutRoot

.PHONY: bench
bench: build ## Measure the city beside the raw limits of this machine
	@scripts/postgres.sh --durable go run ./bench

.PHONY: lint
lint: bin/golangci-lint ## Run golangci-lint
	@bin/golangci-lint run ./...

.PHONY: generate
generate: bin/templ ## Write the generated files: pages, OpenAPI document, SDK types
	@scripts/generate.sh

.PHONY: sdk
sdk: ## Pack the TypeScript SDK into bin/ai-city-sdk.tgz, for npm install; needs Node.js
	@scripts/npm-ci.sh
	@npm run --silent --prefix sdk/typescript build
	@mkdir -p bin
	@cd sdk/typescript && mv "$$(npm pack --silent)" ../../bin/ai-city-sdk.tgz
	@echo "bin/ai-city-sdk.tgz"

.PHONY: verify
verify: generate ## Fail if a file is not gofmt'ed or a generated file is out of date
	@scripts/verify.sh

.PHONY: clean
clean: ## Remove what was built
	@rm -rf bin sdk/typescript/dist
