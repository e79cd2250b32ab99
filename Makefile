# The words that one types. What they do stands in deploy/local/ and pyproject.toml.

PYTHON_IN_VENV := .venv/bin/python
PIN := .venv/bin/uv pip compile --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet $(if $(UPGRADE),--upgrade)

.PHONY: help run test check fmt docs pins bench clean
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

run: ## everything on this machine, until Ctrl-C; ONCE=1 ends after the report
	@deploy/local/setup.sh run
	@ONCE="$(ONCE)" $(PYTHON_IN_VENV) -m deploy.local

test: ## checks and tests; PARTS=docker|local|given, ARGS="-k name" for pytest
	@PARTS="$(PARTS)" deploy/local/setup.sh test
	@$(MAKE) --no-print-directory check
	PARTS="$(PARTS)" $(PYTHON_IN_VENV) -m pytest $(ARGS)

check: ## format, lint, types, and who may import whom
	.venv/bin/ruff format --check
	.venv/bin/ruff check
	.venv/bin/mypy
	.venv/bin/lint-imports

fmt: ## format, and mend what can be mended
	.venv/bin/ruff format
	.venv/bin/ruff check --fix

docs: ## writes docs/openapi, docs/schemas and docs/asyncapi.json from the code
	$(PYTHON_IN_VENV) -m shared.contracts.registry write docs
	$(PYTHON_IN_VENV) -m shared.web.openapi write docs

bench: ## measures throughput and lag on this machine; ARGS for it
	@deploy/local/setup.sh test
	$(PYTHON_IN_VENV) -m bench $(ARGS)

# The versions stay; with UPGRADE=1 the newest are taken.
pins: ## compiles requirements/*.in to hashed pins
	@deploy/local/setup.sh test
	cd requirements && \
		../$(PIN) runtime.in --output-file runtime.txt && \
		../$(PIN) local.in --constraints runtime.txt --output-file local.txt && \
		../$(PIN) dev.in --constraints local.txt --output-file dev.txt

clean: ## removes .run/ with all its data
	@python3 -m deploy.local.clean
