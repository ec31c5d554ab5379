# make run: set up and start the app.  make test: set up and run every check.  make help: the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_READY := $(VENV)/.ready-run
TEST_READY := $(VENV)/.ready-test

.PHONY: run test check format hostile bench train pictures clean help

$(RUN_READY): requirements.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else f"Python {v[0]}.{v[1]} was found, 3.11 or newer is needed. Install it, or name one: make run PYTHON=python3.12")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || (echo "The venv module is missing: sudo apt-get install python3-venv"; exit 1)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(TEST_READY): $(RUN_READY) requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

run: $(RUN_READY)  ## set up on first use, then start the app
	$(BIN)/python -m streamlit run streamlit_app.py

test: check  ## set up on first use, then run every check and every test
	$(BIN)/python -m pytest

check: $(TEST_READY)  ## format, lint, types, catalogue
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m mapapp data verify

format: $(TEST_READY)  ## put the code into its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

hostile: $(TEST_READY)  ## read ten thousand generated hostile articles
	$(BIN)/python -m pytest --hypothesis-profile=hostile tests/property/test_hostile_articles.py

bench: $(TEST_READY)  ## print the benchmarks' tables
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	$(BIN)/python -m benchmarks

train: $(TEST_READY)  ## train the ranker of claims anew from the passages in geodata/training
	$(BIN)/python -m mapapp.cli.train
	$(BIN)/python -m geodata.catalog --update

pictures: $(RUN_READY)  ## make the pictures of the docs again, by the export command
	$(BIN)/python -m mapapp export --date 2024-12-05 --format png -o docs/pictures/2024-12-05.png
	$(BIN)/python -m mapapp export --date 2024-12-08 --format png -o docs/pictures/2024-12-08.png

clean:  ## remove the environment and what the tools left
	rm -rf $(VENV) .mypy_cache .ruff_cache .hypothesis

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'
