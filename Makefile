# Each target does all of its own set-up. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.SILENT:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

export PYTHON ?= python3
# a process starts in half the time from compiled sources; git ignores them, `clean` removes them
unexport PYTHONDONTWRITEBYTECODE
BIN := .venv/bin
NAME ?=
CARRIER ?= asterisk
TESTS := $(addprefix tests/,unit property contract integration browser scenario)
CHROMIUM := $(BIN)/python -m foundation.development.browser
# four at once, each with servers of its own: they wait for calls half of the time; a file
# stays in one of them
PYTEST := $(BIN)/python -m pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: help setup run test test-all check bench smoke faults containers compose-test lock vendor clean runtime

help: ## list the targets
	grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: ## the environment for development: .venv with everything locked
	.ci/setup develop

runtime:
	.ci/setup run

run: runtime ## everything on this machine with a demonstration; Ctrl-C stops it
	exec $(BIN)/acordo up --demo

test: setup ## the tests: unit, property, contract, integration, browser, scenario
	$(CHROMIUM)
	exec $(PYTEST) $(TESTS)

test-all: setup ## every test there is, the long ones too
	$(CHROMIUM)
	exec $(PYTEST) tests

check: setup ## format, lint, types, imports, architecture, dialplan, pages, vendored, compose file, locks
	exec $(BIN)/python -m foundation.development.check

bench: setup ## measure against the aims: all in short form, or one with NAME=...
	exec $(BIN)/acordo bench $(if $(NAME),$(NAME),--quick)

smoke: runtime ## a minute of real calls compared with the carrier's log; CARRIER=asterisk|sipp
	exec $(BIN)/acordo smoke --carrier $(CARRIER)

faults: setup ## every part brought down in mid-campaign, each attempt checked; under 25 minutes
	$(CHROMIUM)
	exec $(BIN)/acordo faults

containers: runtime ## the production form: secrets that are missing, images, everything up
	$(BIN)/acordo secrets init
	mkdir -p routes certs
	docker compose build postgres valkey migrate asterisk proxy turn
	docker compose up --detach --wait --wait-timeout 300

compose-test: runtime ## the production form: built, brought up, each service killed, restored; under 20 minutes
	exec $(BIN)/python -m sim.containers

lock: setup ## resolve the dependencies again into hashed locks that name no registry
	$(BIN)/python -m foundation.development.locks write
	$(BIN)/python -m foundation.development.pages lock
	$(BIN)/python -m foundation.development.vendor lock

vendor: setup ## copy what the pages are served with into the repository again
	$(BIN)/python -m foundation.development.vendor write

clean: ## remove the environment, caches and build products (never ./var)
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
