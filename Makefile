# Each target sets up what it needs in .venv, once: a stamp says that an extra of pyproject.toml is installed.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
LOGDIR ?= runs
WORKERS ?= 2
ARGS ?=
FIT := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c '$(FIT)' 2>/dev/null && echo $$name && break; done)

.PHONY: help
help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

.PHONY: demo
demo: $(VENV)/.demo ## Train on handwritten digits and watch it live (ARGS='--port 8051')
	@exec $(BIN)/python -m app demo $(ARGS)

.PHONY: run
run: $(VENV)/.app ## Show the runs in a folder (make run LOGDIR=/path/to/runs)
	@exec $(BIN)/python -m app --logdir '$(LOGDIR)' $(ARGS)

.PHONY: test
test: $(VENV)/.browser ## Run the tests (ARGS='tests/unit -x' for some of them)
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile $(ARGS)

.PHONY: lint
lint: $(VENV)/.lint ## Check style, types and who imports whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: bench
bench: $(VENV)/.bench ## Measure every budget, beside TensorBoard
	$(BIN)/python -m benchmarks $(ARGS)

.PHONY: pictures
pictures: $(VENV)/.browser ## Take the pictures of the documentation anew
	TAILBOARD_PICTURES=docs/images $(BIN)/python -m pytest tests/browser $(ARGS)

.PHONY: clean
clean: ## Remove the virtual environment and what the tools left; log folders stay
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Debian's python3 has no ensurepip until python3-venv is installed: there the system's pip fills the environment.
$(BIN)/python:
	@test -n '$(PYTHON)' || { echo 'No Python 3.11 or newer found. Install one, or name it: make PYTHON=/path/to/python3' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { rm -rf $(VENV); \
		$(PYTHON) -m venv --without-pip $(VENV) && $(PYTHON) -m pip --python $@ install --quiet pip; } || { rm -rf $(VENV); \
		echo '$(PYTHON) can make no virtual environment: apt-get install python3-venv, or python3-pip' >&2; exit 1; }

$(VENV)/.app $(VENV)/.demo $(VENV)/.test $(VENV)/.lint $(VENV)/.bench: $(VENV)/.%: pyproject.toml constraints.txt | $(BIN)/python
	@echo 'Installing what "$*" needs into $(VENV), once'
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[$*]'
	@touch $@

$(VENV)/.browser: tests/browser/install.py $(VENV)/.test
	$(BIN)/python tests/browser/install.py
	@touch $@
