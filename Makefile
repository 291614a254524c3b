# Everything needs git, make and Python 3.11 or newer, nothing else beforehand.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
FOREIGN := tests/foreign/node_modules/ready
JOBS ?= 5
DOMAIN := $(addprefix tests/,access audit incidents policy reading releases spine)
# Tests, tour and demo start Python dozens of times, which would compile the same modules each time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo tour test test-fast check docs bench signals soak chaos words pictures lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Daypass needs Python 3.11 or newer; name one with make PYTHON=python3.11")'
	@echo "Making the virtual environment in $(VENV) …"
	@$(PYTHON) -m venv $(VENV)
	@echo "Installing from requirements-dev.lock, every package checked against its hash …"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-uv.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@$(BIN)/python -c 'import bot.app, hypothesis, pytest'  # compiled once, not by each process that starts first
	@touch $(READY)

demo: $(READY) ## start Daypass with real servers and a stand-in for Slack; prints two addresses
	@exec $(BIN)/daypass demo

tour: $(READY) ## play requests, a release and an incident, and check every step
	@exec $(BIN)/daypass demo --tour

$(FOREIGN): tests/foreign/package-lock.json
	@if ! command -v npm >/dev/null; then echo "There is no npm: the tests against a foreign Slack are left out."; \
	elif npm ci --prefix tests/foreign --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null; then touch $@; \
	else echo "npm could not install tests/foreign: the tests against a foreign Slack are left out."; fi

test: $(READY) $(FOREIGN) ## run all tests but those of make check, on SQLite and on PostgreSQL
	@$(BIN)/pytest -n $(JOBS) --dist worksteal --ignore tests/architecture

test-fast: $(READY) ## run the domain's tests that need no server, in under a minute
	@$(BIN)/pytest -n 3 --dist worksteal -m "not server and not soak" $(DOMAIN)

check: $(READY) ## format, lint, types, import contracts, docs, prose, bundle, Dockerfile
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest tests/architecture
	$(BIN)/daypass check examples/bundle
	$(BIN)/daypass policy test examples/bundle
	$(BIN)/hadolint Dockerfile
	$(BIN)/compose-lint compose.yaml
	@$(MAKE) --no-print-directory docs

docs: $(READY) ## build the docs as a site, with search, into site/; fails on a broken link
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --clean

bench: $(READY) ## run the benchmarks, as ratios in one run; BENCH_JSON names a file for the results
	@exec $(BIN)/python -m tests.bench

signals: $(READY) ## measure how often each signal is wrong on a generated year, and update docs/signals.md
	@exec $(BIN)/python -m tests.signals

soak: $(READY) ## two hundred grants against clients that don't want to go, then the long searches, in under half an hour
	@$(BIN)/python -m tests.soak
	@SEARCH=long $(BIN)/pytest -n 2 --dist load -m "soak or hypothesis" --ignore tests/architecture

chaos: $(READY) ## break one part after another while people work, for ten minutes
	@exec $(BIN)/python -m tests.chaos

words: $(READY) ## answer each call with each of Slack's error codes, before and after it is done, in a few minutes
	@EVERY_WORD=1 $(BIN)/pytest -n 2 --dist load tests/flow/test_every_word*.py tests/slack/test_words.py

pictures: $(READY) ## take the pictures in the docs again, in a real browser
	@exec $(BIN)/python -m tests.pictures

lock: $(READY) ## update the lock files from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra demo --extra dev pyproject.toml -o requirements-dev.lock
	echo uv | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header - -o requirements-uv.lock

clean: ## remove the virtual environment and all caches
	rm -rf $(VENV) site tests/foreign/node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info
