# One word per task. Each does the set-up it needs; the second time that costs nothing.
#
#   make run     the whole product on this machine: dashboard, engine, and a stand-in for WhatsApp
#   make test    every test                        make check   style, types, who imports whom
#   make screens a picture of every page, two sizes, both colours, on one sheet in build/screens (ONLY=live)
#   make sweep   the widest looks and the longest tests: every page for every role, axe, a whole day of four people
#   make sim     scenarios and SEEDS=200 random mornings with troubles, in simulated time
#   make bench   every goal of speed, beside a floor or a bare loop (ONLY=cost for a piece of it)
#   make mutants the engine changed for the worse, one change at a time: what notices (ONLY=words SEEDS=60)
#   make drill   kill -9 in the middle of mornings: nobody lost, nobody doubled (KILLS=50 DATABASE=sqlite)
#   make setup   only the set-up                   make clean   what was built; never your data
#   make lock    the lock files anew, after a change in pyproject.toml

SHELL := /bin/bash
BIN := .venv/bin

# Without compiled modules every start compiles all of Reflex again: three seconds. They stay in .venv and
# in the folders that `make clean` clears, whatever a container says of others.
unexport PYTHONDONTWRITEBYTECODE
RUN := .venv/.ready-to-run
DEV := .venv/.ready-to-test
# A file's tests stay together, because they share servers; half of them wait more than they work.
SIDE_BY_SIDE := -n 4 --dist loadfile --no-loadscope-reorder
KILLS := 50
DATABASE := sqlite
SEEDS ?= 200
SCENARIOS := normal_load phone_failure api_rate_limit network_latency timeout_after_accept

.PHONY: run test sweep check screens sim bench mutants drill setup clean lock
.DEFAULT_GOAL := run

run: $(RUN)
	@exec $(BIN)/dawncast demo

test: $(DEV)
	@scripts/test-needs
	@$(BIN)/pytest $(SIDE_BY_SIDE)

sweep: $(DEV)
	@scripts/test-needs
	@$(BIN)/pytest -m sweep -n 2 --dist loadfile

check: $(DEV)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/basedpyright

screens: $(DEV)
	@scripts/test-needs
	@$(BIN)/python -m tests.browser.screens build/screens $(ONLY)

sim: $(RUN)
	@set -e; for scenario in $(SCENARIOS); do \
	  $(BIN)/dawncast morning --simulated --subscribers 2000 --senders 4 --rate 80 \
	    --scenario $$scenario --seed 1 --json; \
	done
	@$(BIN)/dawncast simulate --seeds $(SEEDS) --jobs 2 $(if $(FIRST),--first $(FIRST))

bench: $(RUN)
	@$(BIN)/dawncast bench --json $(if $(ONLY),--only $(ONLY))

mutants: $(DEV)
	@scripts/test-needs
	@scripts/mutants --seeds $(if $(filter file,$(origin SEEDS)),60,$(SEEDS)) $(if $(ONLY),--only "$(ONLY)")

drill: $(RUN)
	@$(BIN)/dawncast drill --kills $(KILLS) --database $(DATABASE) --json

setup: $(RUN)

$(RUN): requirements.lock pyproject.toml scripts/setup
	@scripts/setup requirements.lock
	@touch $@

$(DEV): requirements-dev.lock pyproject.toml scripts/setup
	@scripts/setup requirements-dev.lock
	@touch $(RUN) $@

clean:
	rm -rf .venv .web .states .reflex .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	rm -rf build *.egg-info assets/external
	find app engine tests alembic -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "Your data, if any, is still in var/."

lock:
	uv pip compile pyproject.toml --group build $(LOCKING) -o requirements.lock
	uv pip compile pyproject.toml --group build --group dev -c requirements.lock $(LOCKING) \
	  -o requirements-dev.lock

LOCKING := --universal --python-version 3.11 --generate-hashes --quiet \
  --custom-compile-command "make lock"
