# Salesclerk: `make run` for a working assistant, `make test` for every test; see the README.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup run shell train test bench lint lock clean

export RASA_TELEMETRY_ENABLED := false

help: ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

setup: .venv/.ready .venv-rasa/.ready web/node_modules/.ready ## Install both environments and the chat page

run: setup ## Make the demo shop if there is no shop, train what is out of date, start everything
	@sh scripts/serve

shell: setup ## Chat in the terminal; SALESCLERK_TOKEN names who you are
	@sh scripts/shell

train: setup ## Train the models and the bot, where their data changed
	@sh scripts/prepare

test: setup ## Run every test
	@sh scripts/test

bench: setup ## Measure the claims of the README against their peers
	@sh scripts/bench

lint: .venv/.ready .venv-rasa/.ready ## Check style, types and the direction of imports
	@sh scripts/lint

lock: ## Resolve requirements.txt anew from pyproject.toml
	@sh scripts/uv pip compile --quiet --universal --python-version 3.10 --generate-hashes \
	  --no-header --upgrade --extra dev pyproject.toml --output-file requirements.txt

clean: ## Remove the environments and caches; the shop in SALESCLERK_HOME stays
	rm -rf .venv .venv-rasa .tools .cache .rasa .mypy_cache .pytest_cache .ruff_cache web/node_modules build *.egg-info

.venv/.ready: requirements.txt pyproject.toml
	@sh scripts/environment .venv 3.12

.venv-rasa/.ready: requirements.txt pyproject.toml
	@sh scripts/environment .venv-rasa 3.10

web/node_modules/.ready: web/package.json web/package-lock.json
	@sh scripts/web
