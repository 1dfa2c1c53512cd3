# make help lists the targets. Everything happens in .venv; nothing is installed elsewhere.
PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-slow test-all coverage mutation lint lock audit sbom soak bench docs clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | \
		while IFS='|' read -r name text; do printf '%-16s %s\n' "$$name" "$$text"; done

setup: $(READY) ## create .venv and install ftgate with its development tools

# Once, and again when the dependencies change.
$(READY): pyproject.toml requirements-dev.txt
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) not found: install Python 3.11 or later, or: make PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "ftgate needs Python 3.11 or later, $(PYTHON) is %d.%d. Try: make PYTHON=python3.12" % sys.version_info[:2])'
	@echo "setting up $(VENV) (once, about a minute) ..."
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@scripts/install.sh $(VENV)
	@$(VENV)/bin/python -m compileall -q ftgate
	@touch $@

demo: $(READY) ## judge three sample sets: justified, knowledge-style, broken
	@$(VENV)/bin/ftgate check --as-of 2026-11-22 sample_data/hospital-letters sample_data/ski-resort-faq sample_data/broken-export; \
	code=$$?; \
	if [ $$code -ne 1 ]; then echo "demo: exit code 1 expected, got $$code"; exit 1; fi
	@echo
	@echo "Two of the sets fail on purpose: ftgate check ended with exit code 1. The demo itself worked."

test: $(READY) ## every test but the slow ones
	@$(VENV)/bin/python -m pytest -q -n auto --dist loadfile -m "not slow"

test-slow: $(READY) ## the slow ones alone
	@$(VENV)/bin/python -m pytest -q -m slow

test-all: $(READY) ## every test
	@$(VENV)/bin/python -m pytest -q -n auto --dist loadfile

coverage: $(READY) ## branch coverage of ftgate/, at least 95%
	@$(VENV)/bin/python -m pytest -q -n auto --dist loadfile -m "not slow" --cov --cov-context=test --cov-report=term:skip-covered --cov-fail-under=95

mutation: $(READY) ## small mistakes in rules, economics, verdict and suppression: 85% noticed (after make coverage)
	@test -e .coverage || $(MAKE) coverage
	@$(VENV)/bin/python -m scripts.mutate --sample 300

lint: $(READY) ## ruff, formatting, types
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/bandit --quiet --recursive --configfile pyproject.toml ftgate

lock: $(READY) ## pin the development tools again, with their hashes
	@$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
		--custom-compile-command "make lock" --extra dev --extra docs pyproject.toml -o requirements-dev.txt

audit: $(READY) ## known weaknesses of the locked versions (asks PyPI)
	@$(VENV)/bin/python -m scripts.audit

sbom: $(READY) ## what this installation consists of, as CycloneDX, into dist/
	@mkdir -p dist && $(VENV)/bin/cyclonedx-py environment $(VENV) --of JSON -o dist/ftgate.cdx.json && echo dist/ftgate.cdx.json

SEED ?= 1
INPUTS ?= 50000
soak: $(READY) ## fuzz every parser (INPUTS of each, from SEED), and kill every command 520 times
	@$(VENV)/bin/python -m scripts.soak --inputs $(INPUTS) --seed $(SEED)
	@$(VENV)/bin/python -m scripts.soak_kills 520

bench: $(READY) ## measure benchmarks/RESULTS.md again, on this machine (an hour; leave it alone)
	@$(VENV)/bin/python -m benchmarks

docs: $(READY) ## build the documentation strictly into site/
	@$(VENV)/bin/python -m scripts.build_docs

clean: ## remove .venv and everything generated
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .coverage.* build dist site benchmarks/.data
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
