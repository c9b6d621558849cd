# Everything a newcomer needs. A bare machine with python3 >= 3.11, pip and make is enough.

PYTHON ?= python3
BIN := .venv/bin
SOURCES := accounts agenda forum priorities regions tests translations workshops manage.py gunicorn.conf.py
TEMPLATES := $(shell find templates -name '*.html')
PARALLEL := -p no:cacheprovider --numprocesses auto --dist loadfile --no-loadscope-reorder
export PYTHONDONTWRITEBYTECODE := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint format types bench deep lock messages screenshots

help:  ## Say what each target does
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 22

# Virtual environments without ensurepip, so that Debian's split python3-venv is not needed.
.venv/installed: requirements.lock
	$(PYTHON) -m venv --without-pip .venv
	$(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.env:
	@(umask 077; printf 'SECRET_KEY=%s\n' "$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(50))')" > .env)
	@echo "Wrote .env with a random SECRET_KEY; .env.example lists every other setting."

locale/%/LC_MESSAGES/django.mo: locale/%/LC_MESSAGES/django.po .venv/installed
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@ --locale $*

.venv/collected: .venv/installed .env $(shell find static -type f)
	@$(BIN)/python manage.py collectstatic --noinput --clear --verbosity 0
	@touch $@

setup: .venv/installed .env $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/django.po)) .venv/collected  ## Install packages, write .env, compile translations
	@$(BIN)/python manage.py migrate --verbosity 0

demo: setup  ## Load edition 2021 and serve http://127.0.0.1:8000/
	@$(BIN)/python manage.py load_edition 2021
	@$(BIN)/python manage.py create_organiser organiser --once
	@echo "Open http://127.0.0.1:8000/ - organisers sign in at http://127.0.0.1:8000/admin/ - Ctrl-C stops."
	@SECOND_FACTOR_REQUIRED=false $(BIN)/gunicorn forum.wsgi --bind 127.0.0.1:8000 --workers 2 --threads 4 --log-level error

test: setup lint types  ## Lint, types, tests on SQLite and on PostgreSQL, browser tests
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python -m pytest $(PARALLEL)
	$(BIN)/python -m tests.postgres $(BIN)/python -m pytest $(PARALLEL)

lint: setup
	$(BIN)/ruff check --no-cache $(SOURCES)
	$(BIN)/ruff format --no-cache --check $(SOURCES)
	$(BIN)/djade --target-version 5.2 --check $(TEMPLATES)

format: setup  ## Format code and templates
	$(BIN)/ruff check --no-cache --fix $(SOURCES)
	$(BIN)/ruff format --no-cache $(SOURCES)
	$(BIN)/djade --target-version 5.2 $(TEMPLATES)

types: setup
	$(BIN)/mypy $(SOURCES)

.venv/datasette/installed: requirements-bench.lock .venv/installed
	$(PYTHON) -m venv --without-pip .venv/datasette
	$(PYTHON) -m pip --python .venv/datasette/bin/python install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

bench: setup .venv/datasette/installed  ## Measure: one JSON object per line {name, n, engine, value, unit}
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench_notes
	$(BIN)/python -m tests.bench_booklet
	$(BIN)/python -m tests.bench_ballots
	$(BIN)/python -m tests.postgres $(BIN)/python -m tests.bench
	$(BIN)/python -m tests.postgres $(BIN)/python -m tests.bench_notes
	$(BIN)/python -m tests.postgres $(BIN)/python -m tests.bench_ballots

deep: setup  ## The long checks: hostile addresses by the thousand, killed imports, on both engines
	$(BIN)/python -m pytest -p no:cacheprovider -m deep
	$(BIN)/python -m tests.postgres $(BIN)/python -m pytest -p no:cacheprovider -m deep

messages: setup  ## Bring locale/ up to date with the code and templates
	$(BIN)/python manage.py update_catalogues

screenshots: setup  ## Make the README's pictures again
	$(BIN)/python -m tests.screenshots

lock:  ## Pin the newest versions that fit pyproject.toml, with hashes
	$(PYTHON) -m pip --python $(BIN)/python install --quiet uv
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet --upgrade --group dev -o requirements.lock pyproject.toml
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet --upgrade --group bench -o requirements-bench.lock
