# Every target that runs something of the project prepares the environment first: a fresh clone needs Python 3.11 or newer, no more.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
READY_DEV := $(VENV)/ready-dev
ARGS ?=
# Tests start hundreds of processes of the project: where nothing may be kept of what was compiled, each compiles all of it anew.
unexport PYTHONDONTWRITEBYTECODE
COMPILE := --quiet --universal --generate-hashes --no-header --no-annotate --no-emit-index-url
TESTS ?= tests
# One process more than the two cores of a small machine, since stories in a browser wait as long as they compute. A module stays in
# one process, with the worlds that its fixtures start, and modules begin in the order that tests/conftest.py gives them.
SPREAD := -n 3 --dist loadfile --no-loadscope-reorder
SOURCES := service clients/python migrations tests
WEB := clients/web
WEB_READY := $(WEB)/node_modules/.ready
# A certified OpenID provider by other people, which the tests log in with; no part of the product.
PROVIDER := tests/independent_provider
PROVIDER_READY := $(PROVIDER)/node_modules/.ready
CHROMIUM := $(or $(VOLET_CHROMIUM),/usr/bin/chromium)

.PHONY: help setup tools demo test test-postgresql soak check format lint types mypy pyright imports scenarios lock bench openapi policy clean web web-check

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

setup: $(READY) ## install the product into .venv; leaves .venv/bin/volet

tools: setup $(READY_DEV) ## install the tools of the project too (tests, linters, type checkers)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Volet needs Python 3.11 or newer; this is $$($(PYTHON) --version). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

$(READY_DEV): $(READY) requirements-dev.lock requirements-independent.lock
	@echo "installing the tools of the project ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --ignore-requires-python -r requirements-independent.lock
	@touch $(READY_DEV)

$(WEB_READY): $(WEB)/package-lock.json
	@command -v npm >/dev/null || { echo "The web client is built with Node.js 20.19 or newer, which is not here. Install nodejs and npm; everything but the web client works without."; exit 1; }
	@echo "installing the web client's tools ..."
	@cd $(WEB) && npm ci --silent 2>/dev/null || npm ci
	@touch $@

$(PROVIDER_READY): $(PROVIDER)/package-lock.json
	@echo "installing the independent identity provider of the tests ..."
	@cd $(PROVIDER) && npm ci --silent --ignore-scripts 2>/dev/null || npm ci --ignore-scripts
	@touch $@

$(CHROMIUM):
	@echo "installing Chromium, in which the web client is tested ..."
	@{ apt-get update && apt-get install --yes --no-install-recommends chromium; } >/dev/null || { echo "Tests of the web client need Chromium: install it, or name it in VOLET_CHROMIUM."; exit 1; }

web: $(WEB_READY) ## build the web client into clients/web/dist (needs Node.js)
	@cd $(WEB) && npm run --silent build

web-check: tools $(WEB_READY) $(CHROMIUM) ## format, lint, types, build and tests of the web client, in Node.js and in Chromium
	@cd $(WEB) && npm run --silent check && npm run --silent test:browser && npm run --silent build

# The demonstration serves the web client where it can be built, and says so where it cannot.
demo: setup $(if $(shell command -v npm),web) ## play the whole story with real processes, then keep serving (ARGS=--once ends after the story)
	@$(BIN)/volet demo $(ARGS)

test: tools $(if $(shell command -v npm),web $(PROVIDER_READY) $(CHROMIUM)) ## run every test (TESTS=path for a part); without Node.js, all but those that need it
	@command -v npm >/dev/null || echo "Node.js is not here: the tests of the web client and with the independent identity provider are left out."
	@$(BIN)/pytest $(SPREAD) $(TESTS) $(ARGS) $(if $(shell command -v npm),,--ignore tests/web --ignore $(PROVIDER))

test-postgresql: tools ## run the tests of service and hub on a real PostgreSQL (TESTS=path for a part)
	@VOLET_TEST_DATABASE=postgresql $(BIN)/pytest $(SPREAD) $(if $(filter tests,$(TESTS)),tests/unit/service tests/integration,$(TESTS)) $(ARGS)

SOAKED := tests/integration/test_kill.py tests/integration/test_write_faults.py tests/unit/service/test_log_stateful.py

soak: tools ## kill the hub under load (RUNS=1000), fail each call to the disk in turn, play the log for long
	@VOLET_SOAK=$(or $(RUNS),1000) $(BIN)/pytest -s -p no:randomly $(SOAKED) $(ARGS)

# What is installed, and what is judged without a test, goes side by side: each one's lines stand together when it has ended.
check: ## exactly what CI runs: format, lint, types, imports, web client, tests
	@$(MAKE) --no-print-directory --jobs=3 tools $(WEB_READY) $(PROVIDER_READY)
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target web-check lint mypy pyright imports scenarios
	@$(BIN)/pytest $(SPREAD) tests --randomly-seed=2026

format: tools ## rewrite files in the project's format
	@$(BIN)/ruff format $(SOURCES)
	@$(BIN)/ruff check --fix $(SOURCES)

lint: tools ## format check and lint
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/ruff check $(SOURCES)

types: mypy pyright ## both type checkers, strict

mypy: tools
	@$(BIN)/mypy

pyright: tools
	@$(BIN)/pyright

imports: tools ## which layer may import which
	@$(BIN)/lint-imports

scenarios: tools
	@$(BIN)/volet policy check tests/scenarios/*.yaml

bench: tools ## measure, and print figures beside their targets
	@$(BIN)/python tests/bench/run.py $(ARGS)

openapi: setup ## write docs/openapi.json from the service
	@$(BIN)/volet admin openapi docs/openapi.json

policy: setup ## rebuild policies/table.json from the policy files
	@$(BIN)/volet policy build

lock: ## pin the dependencies anew (needs uv)
	@uv pip compile $(COMPILE) --extra dev pyproject.toml requirements-build.in -o requirements-dev.lock
	@uv pip compile $(COMPILE) --constraint requirements-dev.lock pyproject.toml requirements-build.in -o requirements.lock

clean: ## remove the environment and everything generated
	@rm -rf $(VENV) $(WEB)/node_modules $(WEB)/dist $(PROVIDER)/node_modules var build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
