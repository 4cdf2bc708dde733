# Commands for people who work in a checkout. `make` alone lists them.
# The environment lives in $(VENV) and is renewed when pyproject.toml or constraints.txt is newer than its stamp.

VENV ?= .venv
SCENARIO ?= japan-reference
# Processes of the test run; 0 runs the tests in one process.
JOBS ?= 2
# More words for pytest, as in: make test PYTEST_ARGS="-k stock"
PYTEST_ARGS ?=

BIN := $(VENV)/bin
PYTHON ?= $(shell for name in python3.11 python3 python3.12 python3.13; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; done)
PIP := $(BIN)/python -m pip --disable-pip-version-check
INPUTS := pyproject.toml constraints.txt

.DEFAULT_GOAL := help
.PHONY: help run test lint audit bench fuzz fuzz-readers evidence docs notebooks data clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@echo "Settings: VENV=$(VENV) SCENARIO=$(SCENARIO) JOBS=$(JOBS) PYTEST_ARGS PYTHON=$(PYTHON)"

run: $(VENV)/stamp-core ## Install what is needed and run the reference (or SCENARIO=name)
	$(BIN)/mfa run $(SCENARIO)

test: $(VENV)/stamp-test lint ## Check style and types, then run all tests
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(PYTEST_ARGS)

lint: $(VENV)/stamp-test ## Check style and types only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

audit: $(VENV)-audit/bin/pip-audit ## Ask the advisory database about the libraries of constraints.txt; needs the network
	$(VENV)-audit/bin/python scripts/audit.py $(VENV)-audit/bin/pip-audit

bench: $(VENV)/stamp-bench ## Time the model, also against flodym
	$(BIN)/python -m pytest tests/benchmarks -s $(PYTEST_ARGS)

fuzz: $(VENV)/stamp-test ## Break the files of a small project 20 000 times (COUNT=n) and look what happens
	$(BIN)/python scripts/fuzz.py $(or $(COUNT),20000)

fuzz-readers: $(VENV)/stamp-fuzz ## Let coverage guide the bytes of tables and scenarios (TIME=seconds for each)
	for reader in table scenario; do $(BIN)/python scripts/fuzz_readers.py $$reader $(or $(TIME),600) || exit 1; done

evidence: $(VENV)/stamp-test $(VENV)/stamp-bench ## Renew docs/evidence.md: public totals, forecast, flodym, other models, tests
	for page in evidence forecast same_inputs published_models checks; do $(BIN)/python scripts/$$page.py --write || exit 1; done

docs: $(VENV)/stamp-docs ## Renew the generated pages and tables in docs; Python interface to build/docs
	$(BIN)/python scripts/build_reference.py
	$(BIN)/python scripts/errors_catalogue.py --write
	$(BIN)/python scripts/scenario_table.py --write
	$(BIN)/python scripts/uncertainty.py --write
	$(BIN)/python scripts/calibration_cases.py --write
	$(BIN)/python scripts/readme_figures.py --write
	$(BIN)/pdoc --docformat numpy --output-directory build/docs mfa

notebooks: $(VENV)/stamp-test ## Execute the notebooks and store what they print and draw
	$(BIN)/python scripts/run_notebooks.py

data: $(VENV)/stamp-core ## Rebuild parameters from collected tables: make data RAW=folder
	@test -n "$(RAW)" || { echo "Say where the collected tables are: make data RAW=folder" >&2; exit 2; }
	$(BIN)/python scripts/prepare_japan.py "$(RAW)"
	$(BIN)/python scripts/prepare_calibration.py "$(RAW)"

clean: ## Remove caches and build products; the environment and runs/ stay
	rm -rf build dist .benchmarks .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find mfa tests scripts notebooks -type d \( -name __pycache__ -o -name .ipynb_checkpoints \) \
		-prune -exec rm -rf {} + 2>/dev/null || true

# --- The environment -----------------------------------------------------------------------------------------------
$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found; name one: make PYTHON=..." >&2; \
		exit 2; }
	$(PYTHON) -m venv $(VENV)

# Apart from the others: it has libraries of its own.
$(VENV)-audit/bin/pip-audit: | $(BIN)/python
	$(BIN)/python -m venv $(VENV)-audit
	$(VENV)-audit/bin/python -m pip --disable-pip-version-check install --quiet 'pip-audit>=2.7,<3'

$(VENV)/stamp-core: $(INPUTS) | $(BIN)/python
	$(PIP) install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/stamp-test: $(INPUTS) | $(BIN)/python
	$(PIP) install --quiet --constraint constraints.txt --editable '.[test,lint]'
	@touch $@ $(VENV)/stamp-core

$(VENV)/stamp-bench: $(VENV)/stamp-test
	$(PIP) install --quiet --constraint constraints.txt --editable '.[bench]'
	@touch $@

$(VENV)/stamp-fuzz: $(VENV)/stamp-test
	$(PIP) install --quiet --constraint constraints.txt --editable '.[fuzz]'
	@touch $@

$(VENV)/stamp-docs: $(INPUTS) | $(BIN)/python
	$(PIP) install --quiet --constraint constraints.txt --editable '.[docs]'
	@touch $@ $(VENV)/stamp-core
