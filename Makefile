# make demo | make test | make bench | make fuzz | make load | make lint — each sets up all it needs by itself, once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 7860
METRICS_PEERS ?= $(VENV)/peers
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test bench fuzz load lint browser clean
.DEFAULT_GOAL := demo

demo: $(VENV)/.runtime
	@$(BIN)/python -m demos --port $(PORT) $(ARGS)

test: $(VENV)/.dev browser
	@$(BIN)/python -m pytest -n 2 --no-loadscope-reorder $(ARGS)

bench: $(VENV)/.dev $(VENV)/.peers
	@PEERS="$(PEERS)" METRICS_PEERS="$(METRICS_PEERS)" $(BIN)/python -m tests.bench

fuzz: $(VENV)/.dev
	@$(BIN)/python -m tests.fuzz $(ARGS)

load: $(VENV)/.dev
	@$(BIN)/python -m tests.load $(ARGS)

lint: $(VENV)/.dev
	@$(BIN)/ruff check core demos tests
	@$(BIN)/ruff format --check core demos tests
	@$(BIN)/mypy

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
		|| { echo "Triptych needs Python 3.10 or newer; name one with: make demo PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { echo "Python has no venv module; on Debian or Ubuntu: apt install python3-venv"; rm -rf $(VENV); exit 1; }

# A stamp is older than its requirements only when those have changed: a second run starts at once.
$(VENV)/.runtime: requirements.txt | $(VENV)/bin/python
	@echo "Installing what Triptych runs on (once, a few minutes) …"
	@$(BIN)/python -m pip install --quiet -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	@echo "Installing what the tests need (once) …"
	@$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	@touch $@

# The metrics' references, which want another numpy; where they cannot be had, the bench says what it leaves out.
$(VENV)/.peers: tests/bench/metrics.py | $(VENV)/.dev
	@echo "Installing what the metrics are compared with (once) …"
	@if test -x "$(METRICS_PEERS)/bin/python" || $(BIN)/python -m tests.bench.metrics --make-peers "$(METRICS_PEERS)"; \
		then touch $@; fi

# The end-to-end tests drive a real browser: an installed one, or Playwright's own; else they are skipped, loudly.
browser: $(VENV)/.dev
	@command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null \
		|| command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
		|| test -f $(VENV)/.browser \
		|| { $(BIN)/python -m playwright install chromium >/dev/null 2>&1 && touch $(VENV)/.browser; } \
		|| echo "*** No browser found and none could be installed: the end-to-end tests will be SKIPPED. ***"

clean:
	rm -rf $(VENV)
