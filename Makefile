# The house of lara_core. It needs python3 (3.11 or later, with venv), make and git; everything else it fetches
# once, into .venv, at the versions pinned in requirements/. After that it works without a network.
#
#   make check      all that must be green before a change goes in; stops at the first red step
#   make demo       the example host at work; DEMO_LANG=fr|en|it, OUT=folder
#   make bench      how fast, as one table; ONLY=area for one area
#   make docs       the documentation, into build/docs/
#   make screenshots  pictures of the messages that clients get, into build/screenshots/ (needs Chromium)
#   make texts      compile the catalogues, after editing a .po
#   make exhaust    every command on three seats, at every deadline, under every policy
#   make fuzz       broken files for every reader, 100,000 each; READER=name, COUNT=n, and SEED=n to see a run again
#   make hunt       the tests with fresh random examples, many more of them
#   make matrix     the tests with the lowest and the newest dependencies, on each Python found here
#   make pins       refresh requirements/ (needs a network, as do the first run and the matrix)
#   make system     as root, on Debian: the packages that make the rest complete
#   make clean      remove all that was made, .venv included

SHELL := bash
PYTHON ?= python3
DEMO_LANG ?= en
OUT ?= build/demo
ONLY ?=
READER ?=
COUNT ?= 100000
# Where Hypothesis starts in `make check`: always the same, so that no change is refused by luck.
SEED ?= 20250102

BIN := .venv/bin
READY := .venv/ready
STEP := .ci/step
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1# it would ask a registry for its newest version

.PHONY: check demo bench docs screenshots texts texts-check exhaust fuzz hunt matrix pins system clean
check: $(READY)
	@$(STEP) "ruff check" $(BIN)/ruff check
	@$(STEP) "ruff format" $(BIN)/ruff format --check
	@$(STEP) "floors" $(BIN)/lint-imports --no-logo
	@$(STEP) "mypy" $(BIN)/mypy
	@$(STEP) "pyright" $(BIN)/pyright
	@$(STEP) "texts" $(MAKE) -s texts-check
	@$(STEP) "tests, README and docs, seed $(SEED)" \
		$(BIN)/pytest --numprocesses=auto --dist=worksteal --hypothesis-profile=check --hypothesis-seed=$(SEED)
	@.ci/has dot "the diagrams in the docs stay text"
	@$(STEP) "docs" $(MAKE) -s docs
	@$(STEP) "demo in English" $(MAKE) -s demo DEMO_LANG=en OUT=build/demo/en
	@$(STEP) "demo in French" $(MAKE) -s demo DEMO_LANG=fr OUT=build/demo/fr
	@$(STEP) "demo in Italian" $(MAKE) -s demo DEMO_LANG=it OUT=build/demo/it

demo: $(READY)
	@PYTHONPATH=examples $(BIN)/python -m sqlite_host.demo --lang $(DEMO_LANG) --out $(OUT)

bench: $(READY) .venv/peers
	@$(BIN)/python -m benchmarks $(ONLY)

.venv/peers: $(READY) requirements/bench.txt
	$(BIN)/uv pip install --quiet --python .venv --requirement requirements/bench.txt
	@touch $@

docs: $(READY)
	@$(BIN)/sphinx-build -q -E -W --keep-going docs build/docs

# Not a part of `make check`: whether a message looks right, somebody has to see.
screenshots: $(READY)
	@command -v chromium > /dev/null || { echo "no chromium here; on Debian, as root:" \
		"apt-get install --no-install-recommends chromium fonts-dejavu"; exit 1; }
	@$(BIN)/python docs/screenshots.py build/screenshots

texts: $(READY)
	@$(BIN)/python hatch_build.py

texts-check: texts

hunt: SEED := $(shell $(PYTHON) -c "import secrets; print(secrets.randbelow(2**32))")
hunt: $(READY)
	@$(STEP) "hunt, seed $(SEED)" $(BIN)/pytest --numprocesses=auto --dist=worksteal \
		--hypothesis-profile=hunt --hypothesis-seed=$(SEED) tests

fuzz: $(READY)
	@$(BIN)/python -m tests.fuzz $(READER) --count $(COUNT) $(if $(filter command line,$(origin SEED)),--seed $(SEED))

exhaust: $(READY)
	@$(STEP) "three seats" $(BIN)/pytest tests/laws/exhaust.py

matrix: $(READY)
	@.ci/matrix

# --- the virtual environment: python3 → venv → pip → uv → everything else -------------------------------------
# Only a change of pins needs a network; the project itself is installed last, editable, by its own backend.

PINNED := .venv/pinned

$(PINNED): requirements/uv.txt requirements/dev.txt
	@$(PYTHON) -c "import ensurepip, sys; sys.exit(sys.version_info < (3, 11))" \
		|| { echo "$(PYTHON) must be 3.11 or later, with venv; on Debian: sudo make system"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements/uv.txt
	$(BIN)/uv pip sync --quiet --python .venv requirements/uv.txt requirements/dev.txt
	@touch $@

$(READY): $(PINNED) pyproject.toml hatch_build.py
	$(BIN)/uv pip install --quiet --offline --python .venv --no-deps --no-build-isolation --editable .
	@touch $@

PIN := uv pip compile --quiet --universal --no-header --upgrade --python-version 3.11
pins: $(PINNED)
	$(BIN)/$(PIN) --group bootstrap --output-file requirements/uv.txt
	$(BIN)/$(PIN) --all-extras --group build --group test --group lint --group docs \
		--output-file requirements/dev.txt pyproject.toml
	$(BIN)/$(PIN) --group bench --output-file requirements/bench.txt

system:
	@dpkg --status python3-venv git make graphviz > /dev/null 2>&1 || { apt-get update --quiet --quiet \
		&& DEBIAN_FRONTEND=noninteractive apt-get install --quiet --quiet --yes --no-install-recommends \
			python3-venv git make graphviz > /dev/null; }

clean:
	rm -rf .venv build dist benchmarks/results.json .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find src -name '*.mo' -delete
