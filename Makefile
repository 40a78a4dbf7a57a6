# make help   these lines
# make env    build .venv
# make run    the default workflow (config/config.yaml), as far as it is not done
# make test   the fast tests
# make check  formatters, linters, types
# make docs   the documentation, in docs/_build/html
# make slow   the slow tests
# make slurm  the cluster command on a SLURM that starts here (root, SLURM installed)
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help env run test check docs slow slurm format

help:
	@sed -n 's/^# //p' Makefile

env: .venv/dev.stamp

run: .venv/run.stamp
	$(BIN)/snakemake

test: .venv/dev.stamp
	$(BIN)/pytest -n 2

slow: .venv/dev.stamp
	$(BIN)/pytest -m slow -n 2 --dist loadfile

slurm: .venv/dev.stamp
	$(BIN)/pytest -m slurm -rs

check: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/snakefmt --check Snakefile workflow/rules
	$(BIN)/snakemake --lint

docs: .venv/docs.stamp
	$(BIN)/sphinx-build -W --keep-going -n -q -b html -d docs/_build/doctrees docs docs/_build/html

format: .venv/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/snakefmt Snakefile workflow/rules

.venv/run.stamp: envs/requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed, found $$($(PYTHON) -V). Hint: make PYTHON=python3.11"; exit 1; }
	@echo "Building .venv: torch and others are installed, which takes some minutes."
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --requirement envs/requirements.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

.venv/docs.stamp: .venv/run.stamp envs/requirements-docs.txt
	$(BIN)/pip install --quiet --requirement envs/requirements-docs.txt
	touch $@

.venv/dev.stamp: .venv/docs.stamp envs/requirements-dev.txt
	$(BIN)/pip install --quiet --requirement envs/requirements-dev.txt
	touch $@
