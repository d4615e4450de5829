# Two commands do all the work: `make report` (the main job) and `make test`.
# They need Python 3.12+, make and the package index; everything else comes from the locks.

PYTHON ?= python3
BIN := .venv/bin
# uv of one's own is used where there is one; otherwise it is installed into .venv, pinned and hashed.
UV = $(shell command -v uv || echo $(BIN)/uv)
INSTALL = $(UV) pip install --quiet --python $(BIN)/python

.PHONY: report test check lock clean

report: .venv/.runtime
	$(BIN)/valuekit run

test: .venv/.dev
	$(BIN)/python -m pytest --numprocesses=auto --maxprocesses=4 --dist=loadfile --no-loadscope-reorder \
	  --cov --cov-report=term:skip-covered --durations=10

check: .venv/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 12))' || \
	  { echo "valuekit needs Python 3.12 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	$(PYTHON) -m venv .venv

.venv/.uv: requirements-uv.lock | .venv/bin/python
	@command -v uv >/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@touch $@

.venv/.runtime: requirements.lock pyproject.toml .venv/.uv
	@echo "installing valuekit from requirements.lock (once; under a minute)"
	@$(INSTALL) --require-hashes --compile-bytecode -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.runtime
	@echo "installing the development tools from requirements-dev.lock (once)"
	@$(INSTALL) --require-hashes --compile-bytecode -r requirements-dev.lock
	@touch $@

# roc-validator wants an older rich than valuekit, so it has an environment of its own; without it its test is skipped.
.venv-crate/.done: tests/crate/requirements.lock .venv/.uv
	@$(UV) venv --quiet --clear --python $(BIN)/python .venv-crate
	@$(UV) pip install --quiet --python .venv-crate/bin/python --require-hashes -r $<
	@touch $@

# Locks carry hashes and no address, so that they work with any mirror of the index.
LOCK = $(UV) pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-annotate --no-header
lock: .venv/.uv
	$(LOCK) pyproject.toml --output-file requirements.lock
	$(LOCK) pyproject.toml --group dev --constraint requirements.lock --output-file requirements-dev.lock
	echo uv | $(LOCK) - --output-file requirements-uv.lock
	echo roc-validator | $(LOCK) - --output-file tests/crate/requirements.lock

clean:
	rm -rf .venv .venv-crate .mypy_cache .ruff_cache .pytest_cache .import_linter_cache build *.egg-info
