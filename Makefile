# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

PYTHON ?= python3
VENV ?= .venv
# With SKIP_INSTALL=1 the tools of VENV are used as they are, on this tree: several worktrees can share one.
SKIP_INSTALL ?=
# make lock UPGRADE=--upgrade takes newer releases; without it pins move only where they must.
UPGRADE ?=
PYTEST_ARGS ?=
BENCH ?=

BIN := $(VENV)/bin
PY := $(BIN)/python
# Published as source only; docs/dependencies.md tells why nothing is compiled all the same.
SOURCE_ONLY := kitchen openidc-client python-fedora

ifeq ($(SKIP_INSTALL),)
INSTALLED := $(VENV)/.installed
else
INSTALLED :=
export PYTHONPATH := $(CURDIR)
endif

EPELBOT := $(PY) -c 'import sys; from epelbot.bootstrap import main; sys.exit(main())'
PYTEST := $(PY) -m pytest
# Whatever services the shell names, these targets do without.
WITHOUT_SERVICES := env -u EPELBOT_TEST_POSTGRESQL -u EPELBOT_TEST_AMQP -u EPELBOT_TEST_RABBITMQ_API \
	-u EPELBOT_TEST_RPM_PYTHON -u EPELBOT_TEST_REQUIRE

.DEFAULT_GOAL := help
.PHONY: help install demo test check bench lock clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r target what; do \
		printf '  make %-8s %s\n' "$$target" "$$what"; done

install: $(INSTALLED) ## make .venv from the locks (PYTHON=python3.12 picks another Python)

$(VENV)/.installed: requirements/build.lock requirements/dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'epelbot needs Python 3.11 or newer: make install PYTHON=python3.12' >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(PY) -m pip install --quiet --require-hashes -r requirements/build.lock
	$(PY) -m pip install --quiet --require-hashes --no-build-isolation --use-pep517 -r requirements/dev.lock
	$(PY) -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(INSTALLED) ## the whole story on bundled data, offline, in seconds
	$(EPELBOT) demo

test: $(INSTALLED) ## the tests that need no service; names what was skipped, and why
	$(WITHOUT_SERVICES) $(PYTEST) -n 2 -rs $(PYTEST_ARGS)

check: $(INSTALLED) ## style, types, layers, dead code, dependencies, unit and service-layer tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vulture
	$(BIN)/deptry .
	$(WITHOUT_SERVICES) $(PYTEST) -n 2 tests/unit tests/services tests/posts $(PYTEST_ARGS)

bench: $(INSTALLED) ## the measurements in tests/benchmarks, one at a time (BENCH=rpm for one alone)
	$(PY) -m tests.benchmarks $(BENCH)

define compile
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--only-binary :all: $(SOURCE_ONLY:%=--no-binary %) $(UPGRADE) $(2) -o requirements/$(1).lock
	@sed -i -e '1i # SPDX-FileCopyrightText: epelbot contributors' \
		-e '1i # SPDX-License-Identifier: GPL-3.0-or-later' \
		-e '1i # Made by `make lock` from pyproject.toml: do not edit.' \
		-e '1i --only-binary :all:' $(SOURCE_ONLY:%=-e '1i --no-binary %') -e '1i \\' requirements/$(1).lock
endef

lock: $(INSTALLED) ## compile the lock files anew
	$(call compile,dev,--group dev --extra postgresql pyproject.toml)
	$(call compile,run,--extra postgresql pyproject.toml -c requirements/dev.lock)
	$(call compile,build,--group build -c requirements/dev.lock)

clean: ## remove what was made, .venv included
	rm -rf .venv build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -path ./.git -prune -o -type d -name __pycache__ -prune -exec rm -rf {} +
