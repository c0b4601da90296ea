# `make demo` tries it, `make test` proves it, `make bench` measures it. CONTRIBUTING.md has more.
PYTHON ?= python3
PORT ?= 8000
SANDBOX_PORT ?= 8100
# One more than there are cores: a test waits for half of its time.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
BIN := .venv/bin
# These run apart from the others: a driven browser occupies the event loop.
BROWSER := tests/e2e tests/install tests/sandbox/test_console.py tests/sandbox/official/test_in_a_browser.py
OTHERS := $(BROWSER:%=--ignore %)
TESTS := $(BIN)/pytest -n $(WORKERS) --dist worksteal
# A thousand tries of one test take more than the two minutes that it has by day.
NIGHT := $(TESTS) --hypothesis-profile night --timeout 1800
RUN := DEBUG=1 $(BIN)/python manage.py
# The tests start a hundred processes: none of them need compile our modules again.
unexport PYTHONDONTWRITEBYTECODE
# Checks the types in the comments of our JavaScript; comes from npm, as other things of the tests do.
TSC := tests/javascript/node_modules/.bin/tsc

.PHONY: demo sandbox test test-services test-versions night night-units night-browser night-services scale soak \
	ready programs lint types style bench format messages lock chaos audit pictures containers docs help

help: ## this list
	@awk -F ': .*## |: ## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' Makefile

demo: .venv/installed ## everything on this machine, with a shop and a LiveChat to try it on
	@$(BIN)/python manage.py demo --port $(PORT) --sandbox-port $(SANDBOX_PORT)

# A LiveChat to develop against, by itself: see docs/sandbox.md.
sandbox: .venv/installed ## a LiveChat to develop against, by itself
	@cd sandbox && ../$(BIN)/python -m livechat_sandbox --port $(SANDBOX_PORT)

test: ## everything that must hold, in a browser too
	@$(MAKE) --jobs 2 ready
	@$(MAKE) lint
	$(TESTS) -m "not night and not stored" $(OTHERS)
	$(TESTS) -m "not night" $(BROWSER)
	$(MAKE) test-services

# What the tests need: packages of Python and of npm, and the programs that they drive.
ready: .venv/installed-dev programs
	@$(MAKE) $(TSC)

programs:
	@tests/services.sh

# All that touches the database. On SQLite, which the browser's tests have, it runs at night.
test-services: .venv/installed-dev ## what touches the database, on PostgreSQL and Redis
	tests/with_services.sh $(TESTS) -m "stored and not night" $(OTHERS)

# Everything, as long as it takes: what is exhaustive, what chance finds in a thousand tries, how much of the
# code the tests reach, and other versions of Python and Django.
night: ## everything without haste: before a release, and each night
	@$(MAKE) --jobs 2 ready
	@$(MAKE) lint
	$(MAKE) --keep-going night-units night-browser night-services test-versions

night-units:
	$(NIGHT) --cov --cov-report term $(OTHERS)

night-browser:
	$(NIGHT) $(BROWSER)

night-services:
	tests/with_services.sh $(NIGHT) -m stored $(OTHERS)

# nginx, server processes, PostgreSQL and Redis, as in deploy/, under load.
scale: .venv/installed-dev programs ## nginx, processes, PostgreSQL and Redis under load
	tests/with_services.sh $(BIN)/python -m bench.scale

# deploy/compose.yaml in Docker: chats go on while its containers die and are replaced.
containers: .venv/installed-dev ## deploy/compose.yaml in Docker, while its containers die
	$(BIN)/pytest tests/deploy/compose.py

soak: .venv/installed-dev ## an hour under load, or MINUTES=10; fails if memory grows
	$(BIN)/python -m bench.soak --minutes $(or $(MINUTES),60)

lint: .venv/installed-dev $(TSC) ## style, types, imports, documentation, Django's checks
	@$(MAKE) --jobs 2 --output-sync types style

# As long as all the rest of `lint`.
types:
	DEBUG=1 $(BIN)/mypy

# It also finds all tests, and so compiles them: each worker of the tests would do that by itself.
style:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	cd sandbox && ../$(BIN)/lint-imports
	$(TSC) --project tests/javascript
	@$(BIN)/pytest --collect-only -qq >.venv/tests || { cat .venv/tests; exit 1; }
	$(MAKE) docs
	$(RUN) makemigrations --check --dry-run
	DJANGO_SECRET_KEY="$$($(BIN)/python -c 'import secrets; print(secrets.token_hex(50))')" \
		ALLOWED_HOSTS=chat.example $(BIN)/python manage.py check --deploy --fail-level WARNING

# The pages of docs/ as a site, in var/site.
docs: .venv/installed-dev ## the documentation as a site; a dead link fails it
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

# The pairs of Python and Django that are promised, as far as this machine has them. For the night.
test-versions: .venv/installed-dev ## the apps beside other versions of Python and Django
	tests/versions.sh

bench: .venv/installed-dev programs ## every figure we quote, and which goals hold; SHORT=1: fewer of everything
	$(BIN)/python -m bench $(if $(SHORT),--short)

# Known vulnerabilities of what we lock. Fails if it can check nothing, unless OFFLINE=1 says why.
audit: .venv/installed-dev ## known vulnerabilities of what we lock
	-@timeout 120 $(BIN)/pip-audit --disable-pip --require-hashes --timeout 10 --format json \
		-r requirements.lock >.venv/audit.json
	@$(BIN)/python -m tests.audit <.venv/audit.json

# A long storm: LiveChat fails, our processes are killed, nothing may be lost. SECONDS, SEED.
chaos: .venv/installed-dev ## a long storm, in which nothing may be lost
	$(BIN)/python -m tests.chaos $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SEED),--seed $(SEED))

format: .venv/installed-dev ## bring the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The pictures of docs/tutorial.md, features.md and before-and-after.md, by the tests that go through them.
pictures: .venv/installed-dev ## take the pictures of the docs again
	TAKE_PICTURES=1 $(BIN)/pytest tests/e2e/test_tutorial.py tests/e2e/test_features.py tests/e2e/test_before_and_after.py

# What customers and owners read, gathered into locale/ and compiled. Needs GNU gettext; see docs/languages.md.
messages: .venv/installed-dev ## gather and compile what people read
	$(RUN) makemessages --all --no-location --no-obsolete --no-wrap \
		--ignore sandbox --ignore tests --ignore bench --ignore var
	perl -ni -e 'print unless /^"POT-Creation-Date/' locale/*/LC_MESSAGES/django.po
	$(RUN) compilemessages --ignore .venv

# The locked versions, with hashes, for every platform and Python from pyproject.toml's on.
lock: .venv/installed-dev ## lock the versions of what we need
	$(BIN)/uv pip compile --universal --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --upgrade --extra server --extra postgresql \
		pyproject.toml sandbox/pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --universal --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --upgrade --all-extras \
		--constraint requirements.lock --group dev pyproject.toml sandbox/pyproject.toml \
		-o requirements-dev.lock

$(TSC): tests/javascript/package-lock.json
	cd tests/javascript && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed.")'
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "Python's venv module is missing. On Debian: apt-get install python3-venv"; exit 1; }

# Each lock names all that is needed: nothing need look for more.
.venv/installed: requirements.lock | .venv/bin/python
	@echo "Installing what the project needs. This happens once."
	@$(BIN)/pip install --quiet --no-deps --require-hashes -r requirements.lock
	@touch $@

# uv takes a tenth of pip's time, but where only pip is told of an index it finds nothing.
.venv/installed-dev: LOCKED := --quiet --no-deps --require-hashes -r requirements-dev.lock
.venv/installed-dev: requirements-dev.lock | .venv/bin/python
	@echo "Installing what the tests need. This happens once."
	@sed -n '/^uv==/,/[^\\]$$/p' requirements-dev.lock >.venv/uv.lock
	@$(BIN)/pip install --quiet --no-deps --require-hashes -r .venv/uv.lock
	@$(BIN)/uv pip install --python $(BIN)/python $(LOCKED) || $(BIN)/pip install --no-compile $(LOCKED)
	@touch $@ .venv/installed
