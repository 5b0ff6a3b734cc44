# Encore, one command each. `make` alone lists them.
#
# Everything is installed into this folder (.venv, node_modules, app/static/vendor) from the hashed lock files.
# The stamps (.venv/.run and so on) are as old as the last install from their lock, so nothing is done twice.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PY := .venv/bin/python
ASSETS := app/static/vendor/.stamp
FRENCH := app/translations/fr/LC_MESSAGES/messages
READY := $(ASSETS) $(FRENCH).mo

.PHONY: help setup run reset test lint audit format services bench screenshots migration translations locks

help:  ## List the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup: .venv/.dev $(READY)  ## Install what running and developing need

run: .venv/.run $(READY)  ## Start the demo studio on http://127.0.0.1:8000 (Ctrl-C stops it, the data stays)
	@export ENCORE_DEMO="$${ENCORE_DEMO-1}" ENCORE_SANDBOX="$${ENCORE_SANDBOX-1}"
	exec $(PY) -m workers.embedded

reset:  ## Throw away ./var, the data of `make run`: the next start is the first again
	@rm -rf var
	echo "./var is gone; 'make run' starts afresh."

test: .venv/.dev $(READY)  ## Check everything, on private PostgreSQL, Redis and Chromium
	@exec $(PY) -m scripts.test

lint: .venv/.dev $(ASSETS)  ## Only the checks that run nothing: style, types, templates
	@exec $(PY) -m scripts.test lint

audit: .venv/.dev node_modules/.stamp  ## Ask the vulnerability databases about our dependencies, over the network
	@.venv/bin/pip-audit --requirement requirements.lock --require-hashes --disable-pip
	scripts/with-node npm audit --omit=dev --audit

format: .venv/.dev  ## Put Python files in the common format
	@.venv/bin/ruff check --fix --quiet . || true
	.venv/bin/ruff format .

services: .venv/.dev  ## Start a private PostgreSQL and Redis for the production shape, until Ctrl-C
	@exec $(PY) -m scripts.services

bench: .venv/.dev $(READY)  ## Measure, on a private PostgreSQL and Redis
	@exec $(PY) -m scripts.services $(PY) -m benchmarks

screenshots: .venv/.dev $(READY)  ## Take a picture of every page into ./screenshots
	@exec $(PY) -m pytest -q -m screenshots

migration: .venv/.dev  ## Write the one migration anew from the models (until the first release)
	@exec scripts/remake-migration

translations: .venv/.dev  ## Collect new text into the French catalogue, and say what is still to be translated
	@exec $(PY) -m scripts.translations

locks: .venv/.uv  ## Write the lock files anew from pyproject.toml, changing only what must change
	@compile=".venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header"
	$$compile pyproject.toml -o requirements.lock
	$$compile pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock

.venv/.uv: requirements-uv.lock
	@scripts/make-venv
	touch $@

.venv/.run: requirements.lock .venv/.uv
	@scripts/pip-install requirements.lock
	touch $@

.venv/.dev: requirements-dev.lock .venv/.run
	@scripts/pip-install requirements-dev.lock
	touch $@

node_modules/.stamp: package-lock.json .npmrc | .venv/.uv
	@scripts/with-node npm ci --no-progress --loglevel=error
	touch $@

$(FRENCH).mo: $(FRENCH).po scripts/translations.py | .venv/.run
	@$(PY) -m scripts.translations compile

$(ASSETS): node_modules/.stamp scripts/vendor.mjs app/static/icons.txt
	@scripts/with-node node scripts/vendor.mjs
	touch $@
