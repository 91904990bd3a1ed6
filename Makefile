# make run    the reference case: simulate, compare, report (sets everything up first)
# make app    the page: explore the model in a browser (sets everything up first)
# make test   style, types and the tests that protect what matters (sets everything up first)
# make test-thorough   the rest of what CI runs: every page, report and command as a person meets it
# make test-all   all tests: the slow ones too, among them those with the lowest versions and with other Pythons
# make docs   write docs/reference anew from the code
# make results  make all kept results of the reference case anew (posterior, checks, answers, ...): about an hour
# make bench  how fast, and in how much memory, the reference case runs here, and other tools on the same rules
# make bench-check   has something become slower since? (three minutes)

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
BENCH := .venv-bench
PINNED := --quiet --disable-pip-version-check -c constraints.txt -c bench/constraints.txt
MEMBERS ?= 100

.PHONY: run app test test-thorough coverage test-slow test-lowest test-pythons test-all style clean browser bench bench-check docs results

run: $(VENV)/.installed
	$(BIN)/fissure run islamic_state --members $(MEMBERS) --out runs/reference

app: $(VENV)/.installed-app
	$(BIN)/fissure serve || [ $$? = 130 ] # Ctrl-C is how it is stopped

test: style browser
	$(BIN)/python -m pytest -n auto --dist loadgroup -m "not slow and not thorough"

test-thorough: browser
	$(BIN)/python -m pytest -n auto --dist loadgroup -m "thorough and not slow"

# All that CI runs again, counting which lines they run; the least that is accepted stands in pyproject.toml.
coverage: browser
	$(BIN)/python -m pytest -q -n auto --dist loadgroup -m "not slow" --cov --cov-report term:skip-covered

test-slow: browser
	$(BIN)/python -m pytest -n auto --dist loadgroup -m "slow and not versions"
	$(BIN)/python -m pytest -m versions

test-lowest: browser
	$(BIN)/python tools/versions.py lowest

test-pythons: $(VENV)/.installed-dev
	$(BIN)/python tools/versions.py pythons

test-all: test test-thorough test-slow # with those of versions, which are slow tests

style: $(VENV)/.installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

docs: $(VENV)/.installed-app
	$(BIN)/python -m tools.docs.odd docs/reference/odd.md
	$(BIN)/python -m tools.docs.effects docs
	$(BIN)/python -m tools.docs.causal docs --signs
	$(BIN)/python -m tools.docs.endpoints docs/reference/page-api.md
	$(BIN)/python -m tools.docs.python_api docs/reference/python.md

results: $(VENV)/.installed-dev
	$(BIN)/python tools/results.py

bench: $(BENCH)/.installed
	$(BENCH)/bin/python -m bench $(NAMES)

bench-check: $(BENCH)/.installed
	$(BENCH)/bin/python -m bench.check

# The tests open the report in Chromium. Where it is missing it is installed: on Debian and Ubuntu by root
# through apt, elsewhere (or if that fails) as Playwright's own, in the user's cache.
browser: $(VENV)/.installed-dev
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	  { command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; } || \
	  $(BIN)/python -m playwright install chromium || \
	  echo "No Chromium could be installed: the tests that open the report will fail and say how to install it."

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Fissure needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V). Try: make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.installed: $(VENV)/.made pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(VENV)/.installed-app: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[app]'
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

# Fissure and the tools that it is compared with, in an environment of their own. One of these that cannot be installed is
# left out, and the tables say so. mesa-frames asks for an older NumPy than it needs.
$(BENCH)/.installed: pyproject.toml constraints.txt bench/constraints.txt
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install $(PINNED) -e '.[app,cluster]'
	for peer in numba mesa starsim "polars pyarrow" playwright; do $(BENCH)/bin/python -m pip install $(PINNED) $$peer || true; done
	$(BENCH)/bin/python -m pip install $(PINNED) --no-deps --pre mesa-frames || true
	touch $@

clean:
	rm -rf $(VENV) $(BENCH) .pytest_cache .mypy_cache .ruff_cache .hypothesis
