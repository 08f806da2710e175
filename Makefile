# Banshi. `make run` shows it, `make test` proves it. Everything lands in .venv/ and var/.

PORT        ?= 8000
BANSHI_DATA ?= $(CURDIR)/var
LANG        ?= C.UTF-8
PYTHON      ?= $(shell command -v python3.11 || command -v python3)
PY          := .venv/bin/python
# pip settings of the user that would spoil an installation into .venv
export PIP_USER = 0
export PIP_REQUIRE_HASHES = 0
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PYTHONUTF8 = 1
export PORT BANSHI_DATA LANG
ifdef HOST
export BANSHI_HOST = $(HOST)
endif

# The stamps name what was installed and where: a changed lock, a moved checkout or a broken .venv installs anew.
RUN_HASH := $(shell (echo "$(CURDIR)"; cat requirements.lock pyproject.toml) | sha256sum | cut -c1-16)
DEV_HASH := $(shell (echo "$(RUN_HASH)"; cat requirements-dev.lock) | sha256sum | cut -c1-16)
READY    := .venv/ready-$(RUN_HASH)
DEV      := .venv/ready-dev-$(DEV_HASH)
ifeq ($(wildcard $(PY)),)
$(shell rm -f .venv/ready-*)
endif

.DEFAULT_GOAL := help
.PHONY: help run test bench lint lint-deep cover lock structure clean

help: ## Show this list
	@echo "Banshi runs government service halls."
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/' | while IFS='	' read -r name what; do printf '  make %-9s %s\n' "$$name" "$$what"; done
	@echo "Settings: PORT=$(PORT) HOST=127.0.0.1 BANSHI_DATA=$(BANSHI_DATA) DATABASE_URL, ARGS='…' for the program behind (docs/operate.md)"

run: $(READY) ## Set up and run the demo on $PORT until Ctrl-C; a second run continues where the first was
	@BANSHI_FOLLOW=1 exec $(PY) -m banshi.cli up $(ARGS)

test: $(DEV) ## Run all tests, also in a browser; ARGS='tests/kernel -x' narrows
	@PYTHON=$(PY) exec .ci/test $(ARGS)

bench: $(READY) ## Measure, and write docs/bench.md and $BANSHI_DATA/bench.json
	@exec $(PY) -m banshi.cli bench $(ARGS)

lint: $(DEV) ## Check format, style, types and who imports whom
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports

cover: $(DEV) ## Run the tests without a browser, and print which branches they take; ARGS='tests/kernel' narrows
	@PYTHON=$(PY) exec .ci/test -m "not browser and not crash" --cov --cov-report=term --cov-report=json:$(BANSHI_DATA)/coverage.json $(ARGS)

lint-deep: $(DEV) ## Change rules and actions a little and count what tests notice; list what nothing uses. Half an hour
	-@$(PY) -m vulture | grep -E "unused (function|method|class) "
	$(PY) tools/mutate.py $(ARGS)

lock: $(DEV) ## Resolve requirements*.lock anew from pyproject.toml (hashes, no addresses)
	$(PY) -m pip install --quiet 'uv==0.13.9'
	$(PY) -m uv pip compile pyproject.toml --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade --quiet -o requirements.lock
	$(PY) -m uv pip compile pyproject.toml --group dev -c requirements.lock --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade --quiet -o requirements-dev.lock

structure: $(DEV) ## Write what the migrations make into one file, for new installations (after new migrations)
	@BANSHI_MODE=test $(PY) tools/structure.py

clean: ## Remove .venv and caches; data in var/ stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(READY):
	@PYTHON="$(PYTHON)" .ci/environment requirements.lock
	@touch $@

$(DEV):
	@PYTHON="$(PYTHON)" .ci/environment requirements-dev.lock
	@touch $@ $(READY)
