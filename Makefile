# Everything sets itself up: Python 3.11+ and git are all that must be there.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV_VERSION := $(shell sed -n 's/^uv==//p' requirements.txt)
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast lint format docs lock down clean bench benchmark-models

help: ## show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.run ## the whole loop on real flights: deploy, train, release, nights, alarm, retraining
	@$(BIN)/cumulet demo

test: lint ## lint, then every test (units, emulator, the loop with IAM enforced)
	@$(BIN)/pytest -n 2 --dist loadgroup

test-fast: $(VENV)/.dev ## the unit tests alone, in seconds
	@$(BIN)/pytest -n 2 -m "not emulator and not loop"

lint: $(VENV)/.dev ## ruff, mypy --strict, the architecture's import arrows
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/.dev ## format the code
	@$(BIN)/ruff check --fix -q . ; $(BIN)/ruff format .

docs: $(VENV)/.run ## write docs/fidelity.md from the emulator's code, docs/data/ from the schemas
	@$(BIN)/python -m emulator.fidelity > .fidelity.md && mv .fidelity.md docs/fidelity.md
	@for path in usecases/*/usecase.toml; do name=$$(basename $$(dirname $$path)); \
	  $(BIN)/cumulet data schema $$name > .data.md && mv .data.md docs/data/$$name.md || exit 1; done

bench: $(VENV)/.dev ## the benchmarks; each prints its figures and writes benchmarks/results/*.json
	@for name in models loop functions jobs clock ingest expectations privacy edge features; do $(BIN)/python -m benchmarks.$$name || exit 1; done

benchmark-models: $(VENV)/.dev ## what the models of every use case reach, held to their goals; writes docs/models.md
	@$(BIN)/python -m benchmarks.models

lock: $(VENV)/.uv ## compile the .in files to exact pins
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 requirements.in -o requirements.txt
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 requirements-dev.in -o requirements-dev.txt

down: ## stop what `make demo` left running
	@if [ -x $(BIN)/cumulet ]; then $(BIN)/cumulet down; fi

clean: down ## remove the environment, the state and everything built
	rm -rf $(VENV) .cumulet .build cdk.out .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# -- the environment ------------------------------------------------------------------------------------------------
$(VENV)/.uv: requirements.txt
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) not found: install Python 3.11 or newer, or name one: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed, found $$($(PYTHON) --version); name another one: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "python -m venv failed: on Debian and Ubuntu install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
	@touch $@

$(VENV)/.run: $(VENV)/.uv requirements.txt pyproject.toml
	@echo "setting up $(VENV) (once) …"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode -r requirements.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode -r requirements-dev.txt
	@touch $@
