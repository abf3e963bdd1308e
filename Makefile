# Everything that a person repeats. `make` alone lists it.
include tools/versions.env

PYTHON ?= python3
# Workers of pytest: many tests wait for what they started.
JOBS ?= 4
VENV := .venv
BIN := $(VENV)/bin
GO_TOOLS := opa-$(OPA_VERSION) conftest-$(CONFTEST_VERSION) grpcurl-$(GRPCURL_VERSION) \
	actionlint-$(ACTIONLINT_VERSION) crane-$(CRANE_VERSION)
DEBIAN_PACKAGES := nginx libnginx-mod-http-headers-more-filter libnginx-mod-http-lua \
	libnginx-mod-http-modsecurity prometheus mtail etcd-server fish zsh neovim chromium firefox-esr
DEMO := examples/checklist/bad.conf
PAGE := dist/nginx-grpc.html
PYTEST := $(BIN)/pytest -n $(JOBS) --dist loadgroup --durations=20 --durations-min=1

# The tools of the project before the machine's own.
export PATH := $(CURDIR)/.tools/bin:$(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
# Each step uses every core by itself.
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help setup try-page debian demo quick rule test full lint lint-python lint-policy lint-workflows test-policy \
	test-conftest test-python mutation test-admission live fmt wasm capabilities docs bench oracle fuzz \
	evidence bundle page lock build clean distclean

# $(call need,PATH): a target whose content is not there says so and fails.
need = @test -e $(1) || { echo "make $@: $(1) is missing, so there is nothing to run" >&2; exit 2; }

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-15s %s\n", $$1, $$2 }'

## Set-up. Stamps make the second run quick.

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
		{ echo "Python 3.10 or newer is needed: make PYTHON=/path/to/python3.12 ..." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: pyproject.toml requirements/dev.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --constraint requirements/dev.txt hatchling editables
	$(BIN)/python -m pip install --quiet --constraint requirements/dev.txt --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --requirement requirements/dev.txt
	@touch $@

.tools/.%: | $(BIN)/python
	sh tools/install-go-tool.sh $(firstword $(subst -, ,$*)) $(PYTHON)
	@rm -f .tools/.$(firstword $(subst -, ,$*))-*
	@touch $@

debian:
	@sh tools/install-debian.sh $(DEBIAN_PACKAGES)

# Where it can't be built the tests on it are skipped, aloud; in CI that is a failure.
.tools/.apiserver: tools/build_apiserver.sh $(wildcard $(addprefix tests/admission/apiserver/,go.mod go.sum *.go */*.go)) | $(BIN)/python
	@if sh tools/build_apiserver.sh $(PYTHON); then touch $@; else \
		echo '*** NOT BUILT: kube-apiserver. The admission tests on it are skipped.' >&2; \
		test "$$CI" != true; fi

## The page: node packs it, and what npm brings is held to the lock file.

page/node_modules/.ready: page/package-lock.json | $(BIN)/python
	@folder=$$(sh tools/find-node.sh $(PYTHON)) && cd page && \
		PATH="$$folder:$$PATH" npm ci --ignore-scripts --no-audit --no-fund --loglevel error
	@touch $@

build/page/parts.json: page/parts.mjs page/pack.py page/shield.js $(wildcard page/worker/*) page/node_modules/.ready $(VENV)/.runtime \
		$(shell find bridge -name '*.py') $(wildcard bridge/nginx_grpc/_data/*)
	@folder=$$(sh tools/find-node.sh $(PYTHON)) && PATH="$$folder:$$PATH" node page/parts.mjs \
		"$$($(BIN)/python -c 'import yaml; print(yaml.__path__[0][:-5])')" $@

$(PAGE): build/page/parts.json page/build.mjs page/LICENCES.txt pyproject.toml $(wildcard page/app/* page/outer/*)
	@folder=$$(sh tools/find-node.sh $(PYTHON)) && PATH="$$folder:$$PATH" node page/build.mjs $< $@

page: $(PAGE) ## the check as one HTML file, dist/nginx-grpc.html

# Without it the tests of the page are skipped, aloud; in CI that is a failure.
try-page:
	@$(MAKE) --no-print-directory page || { echo '*** NOT BUILT: $(PAGE). Its tests are skipped.' >&2; test "$$CI" != true; }

setup: $(VENV)/.dev $(GO_TOOLS:%=.tools/.%) debian .tools/.apiserver ## install everything that the tests need

demo: $(VENV)/.runtime ## check a faulty configuration; needs Python alone
	$(call need,$(DEMO))
	@echo '$$ nginx-grpc check $(DEMO)'
	@nginx-grpc check $(DEMO); status=$$?; \
		test $$status -eq 1 || { echo "make demo: findings (exit 1) were expected, not exit $$status" >&2; exit 1; }
	@# A crash of Python is exit 1 as well: the same report as JSON tells them apart.
	@nginx-grpc check --format json $(DEMO) | \
		$(BIN)/python -c 'import json, sys; sys.exit(not json.load(sys.stdin)["findings"])' 2>/dev/null || \
		{ echo "make demo: there is no report" >&2; exit 1; }

## Checks

quick: $(VENV)/.dev .tools/.opa-$(OPA_VERSION) ## what a changed rule needs, in a minute; RULE=NG103, or those that git sees changed
	@$(BIN)/python tools/quick.py $(RULE)

rule: $(VENV)/.dev ## the skeleton of a new rule; SLUG=header_size, HUNDRED=3
	@$(BIN)/python tools/new_rule.py $(SLUG) $(HUNDRED)

test: setup ## every check, every test, and samples of what would take long
	@$(MAKE) --no-print-directory lint test-policy test-conftest test-python

full: setup ## all that the samples are taken of, mutation, fuzzing and the long oracle runs; hours
	@FULL=1 $(MAKE) --no-print-directory lint test-policy test-conftest test-python
	@$(MAKE) --no-print-directory mutation oracle fuzz

lint: lint-python lint-policy lint-workflows ## ruff, mypy, opa fmt, opa check, actionlint

lint-python: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lint-policy: .tools/.opa-$(OPA_VERSION)
	opa fmt --list --fail policy
	opa check --strict --schema schema policy
	opa check --strict --schema schema --capabilities tools/capabilities.json --ignore '*_test.rego' policy

lint-workflows: .tools/.actionlint-$(ACTIONLINT_VERSION)
	@set -- $$(find .github/workflows examples/github-actions -name '*.yml' 2>/dev/null); \
		test $$# -eq 0 || { echo actionlint "$$@"; actionlint "$$@"; }

test-policy: .tools/.opa-$(OPA_VERSION) ## the Rego tests under OPA, every line covered
	opa test --timeout 60s --fail-on-empty policy
	@opa test --timeout 60s --fail-on-empty --coverage policy | $(PYTHON) tools/policy_coverage.py

test-conftest: .tools/.conftest-$(CONFTEST_VERSION) .tools/.opa-$(OPA_VERSION) ## the Rego tests under conftest
	$(PYTHON) tools/conftest_verify.py policy

test-python: setup try-page ## pytest
	$(PYTEST)

mutation: .tools/.opa-$(OPA_VERSION) $(VENV)/.dev ## the Rego tests on thousands of wrong policies; 45 minutes
	$(BIN)/python -m tests.policy.mutation

test-admission: setup ## the webhook, OPA and a Kubernetes API server together
	$(call need,tests/admission)
	$(PYTEST) tests/admission

admission-load: setup ## the webhook's goals for time and memory; wants the machine to itself
	ADMISSION_LOAD_GOALS=1 $(BIN)/pytest -s tests/admission/test_load.py

live: setup ## every rule on a real nginx
	$(call need,tests/live)
	$(PYTEST) tests/live

## Making

fmt: $(VENV)/.dev .tools/.opa-$(OPA_VERSION) ## format Python and Rego
	$(BIN)/ruff check --fix --exit-zero --quiet .
	$(BIN)/ruff format .
	opa fmt --write policy

wasm: .tools/.opa-$(OPA_VERSION) ## compile the policy and list its rules, after every change to it
	$(PYTHON) tools/build_wasm.py
	$(PYTHON) tools/build_rules.py

capabilities: .tools/.opa-$(OPA_VERSION) ## the built-ins that the policy may use, for another OPA
	$(PYTHON) tools/capabilities.py

docs: $(VENV)/.dev wasm ## the pages of the rules, the settings and the document
	$(BIN)/python tools/schema_pages.py
	$(BIN)/python tools/rule_pages.py
	$(BIN)/python tools/symptom_pages.py
	$(BIN)/python tools/knob_page.py
	$(BIN)/python tools/upgrade_page.py

bench: setup ## speed, beside nginx -t and other tools
	$(call need,bench/run.py)
	$(BIN)/python bench/run.py

oracle: setup ## 20,000 random texts read by nginx and by the parser; configurations that are served
	$(BIN)/python -m tests.oracle.run --cases 20000
	$(BIN)/python -m tests.oracle.run --cases 20000 --lua
	for question in targets arrival pages listeners; do \
		$(BIN)/python -m tests.oracle.served.run $$question --cases 20000 || exit 1; done

fuzz: setup ## fuzz the bridge
	$(call need,tests/fuzz/run.py)
	$(BIN)/python -m tests.fuzz.run

evidence: setup ## what each rule's fault looks like on a real nginx
	$(call need,tests/live/evidence.py)
	$(BIN)/python -m tests.live.evidence

bundle: .tools/.opa-$(OPA_VERSION) ## the signed OPA bundle
	$(call need,tools/bundle.sh)
	sh tools/bundle.sh

build: $(VENV)/.dev $(PAGE) ## wheel and sdist in dist/, and the page with a wheel of its own
	$(BIN)/python -m build --no-isolation --outdir dist .
	$(BIN)/python -m build --no-isolation --wheel --outdir dist page
	cd dist && sha256sum nginx-grpc.html > nginx-grpc.html.sha256

lock: ## requirements/dev.txt from pyproject.toml
	test -x .tools/uv/bin/uv || { $(PYTHON) -m venv .tools/uv && .tools/uv/bin/pip install --quiet uv; }
	.tools/uv/bin/uv pip compile --quiet --universal --python-version 3.10 --extra dev --extra lsp --no-annotate \
		--custom-compile-command 'make lock' pyproject.toml --output-file requirements/dev.txt

clean: ## remove what builds and tests leave
	rm -rf build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find bridge tests tools -name __pycache__ -prune -exec rm -rf {} +

distclean: clean ## remove the virtual environment and the tools as well
	rm -rf $(VENV) .tools page/node_modules
