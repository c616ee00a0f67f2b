# The project's commands. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PY := .venv/bin/python
PORT ?= 8000
export PORT
.PHONY: help demo demo-reset test check bench year year-controls together together-controls image-check lock messages screenshots clean

help: ## List the commands
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 18

.venv/bin/python:
	@python=$$(bin/find-python) && echo "Making .venv with $$($$python --version) …" && $$python -m venv .venv

.venv/runtime: requirements.txt | .venv/bin/python
	@echo "Installing what the app needs (locked, with hashes) …"
	@$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/dev: requirements.txt requirements-dev.txt | .venv/bin/python
	@echo "Installing what the app and its tests need (locked, with hashes) …"
	@$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch .venv/runtime $@

demo: .venv/runtime ## Start the app with its demo program on http://127.0.0.1:8000 (PORT=8001 make demo)
	@$(PY) bin/demo

demo-reset: .venv/runtime ## Throw the demo's data away and start over
	@$(PY) bin/demo --reset

test: .venv/dev ## Run every test, on PostgreSQL and Redis and on the embedded default (ARGS="-k cell")
	@bin/compile-messages
	@$(PY) -m tests.run $(ARGS)

check: .venv/dev ## Lint, format, types, import contracts, migrations and translations in step
	@$(PY) bin/check

bench: .venv/dev ## Measure what is promised: pasting 200 rows of 6 cells, and how fast due mails leave
	.venv/bin/python -m benchmarks.paste
	.venv/bin/python -m benchmarks.reminders

year: .venv/dev ## Live through a follow-up year with kills and faults, on both databases; prints one JSON line
	@bin/compile-messages
	@$(PY) -m tests.year $(ARGS)

year-controls: .venv/dev ## Break the engine in six ways: succeeds when the harness of the year notices each
	@bin/compile-messages
	@$(PY) -m tests.year --control all $(ARGS)

together: .venv/dev ## Let clients and browsers write in one plan at once, with cuts and kills, on both databases; one JSON line
	@bin/compile-messages
	@$(PY) -m tests.together $(ARGS)

together-controls: .venv/dev ## Save whole rows on purpose: succeeds when the harness of editing together notices
	@bin/compile-messages
	@$(PY) -m tests.together --control whole_rows --edits 1000 $(ARGS)

image-check: .venv/dev ## Build the image and use its parts as docker-compose.yml runs them (podman, or ARGS="--engine docker")
	@$(PY) -m tests.image $(ARGS)

messages: .venv/dev ## Bring locale/*/django.po in step with the strings of the code
	@$(PY) bin/check-translations --update

screenshots: .venv/dev ## Take the README's pictures anew
	@bin/compile-messages
	@$(PY) -m tests.screenshots

lock: .venv/dev ## Lock the dependencies of pyproject.toml, with hashes and without registry addresses
	@$(PY) -m pip install -q uv
	@for kind in "" "--group dev"; do \
	  .venv/bin/uv pip compile pyproject.toml $$kind --upgrade --universal --python-version 3.12 \
	    --generate-hashes --no-emit-index-url --no-header --no-annotate -q \
	    -o "requirements$$(echo "$$kind" | sed -n 's/.* /-/p').txt"; done

clean: ## Remove what the other commands made (not the demo's data)
	@rm -rf .venv static-root .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
