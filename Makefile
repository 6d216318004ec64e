# make demo    environment, example articles, three searches
# make setup   the environment alone, in .venv
# make test    the environment, then every check and test
# TORCH_INDEX=URL  an index of PyTorch's CPU builds, for Linux machines whose own index has none
# PYTHON=...       the Python to make the environment with (3.11 or 3.12)

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEMO_DB := demo.db
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: setup demo test lint types clean python-version

setup: $(STAMP)

python-version:
	@test -n "$(PYTHON)" || { echo "copydesk needs Python 3.11 or 3.12, and no python3 is on the PATH: install one, or say make PYTHON=/path/to/python3.11"; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' 2>/dev/null || { echo "copydesk needs Python 3.11 or 3.12, and $(PYTHON) is $$("$(PYTHON)" -V 2>&1): install one, or say make PYTHON=/path/to/python3.11"; exit 1; }
	@"$(PYTHON)" -c 'import venv, ensurepip' 2>/dev/null || { echo "$(PYTHON) cannot make environments: install its venv package (Debian: python3-venv)"; exit 1; }

# torch comes first and from the CPU index: whatever asks for it later finds it there and brings no CUDA. What torch
# itself needs comes with the rest, pinned and from the usual index: an index of torch's builds need not hold it.
$(STAMP): pyproject.toml constraints.txt | python-version
	@test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV)
	$(if $(TORCH_INDEX),PIP_INDEX_URL="$(TORCH_INDEX)") $(PIP) install --quiet --no-deps torch==2.13.0
	$(PIP) install --quiet --constraint constraints.txt --editable '.[dev]'
	$(BIN)/python -m copydesk doctor
	@touch $(STAMP)

demo: $(STAMP)
	@$(BIN)/python examples/demo.py --db $(DEMO_DB)

test: $(STAMP) lint types
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(STAMP)
	$(BIN)/mypy
	$(BIN)/mypy benchmarks/flows.py

clean:
	rm -rf $(VENV) $(DEMO_DB) $(DEMO_DB)-wal $(DEMO_DB)-shm
