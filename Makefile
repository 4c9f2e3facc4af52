# What a newcomer types. Everything is installed into .venv on first use; a stamp there says what
# for, so that a second call takes no time and asks no network. Only relative paths stand here,
# so that a checkout may lie in a folder with spaces in its name.

PYTHON ?= python3
PYTEST_ARGS ?=

VENV := .venv
RUN := $(VENV)/bin/python

EXTRAS_demo := topics
EXTRAS_test := topics,postgres,crawl,sinks,brokers,kafka,mysql,folders,test
EXTRAS_check := $(EXTRAS_test),train,dev
EXTRAS_bench := topics,bench

# Each installation also serves the smaller ones inside it.
SERVES_demo := demo
SERVES_test := test demo
SERVES_check := check test demo
SERVES_bench := bench demo

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo test check bench clean

help:
	@echo 'make demo    run the whole chain on the bundled feedback; writes build/demo/report.html'
	@echo 'make test    run the tests; PYTEST_ARGS="-k privacy" runs some of them'
	@echo 'make check   lint, formatting, types and import rules'
	@echo 'make bench   measure how fast feedback is scored'
	@echo 'make clean   remove build/ and the caches of tools; .venv stays'
	@echo
	@echo 'PYTHON=python3.12 names the interpreter that .venv is made with (3.11 or newer).'

demo: $(VENV)/.installed-demo
	@$(RUN) -m corpora.demo

test: $(VENV)/.installed-test
	@$(RUN) -m pytest -n 3 --dist loadfile $(PYTEST_ARGS)

check: $(VENV)/.installed-check
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports

bench: $(VENV)/.installed-bench
	@$(RUN) -m tests.benchmarks

clean:
	@rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

$(VENV)/.installed-%: pyproject.toml constraints.txt | $(VENV)/bin/pip
	@echo 'Installing voc for "make $*" into $(VENV); the first time takes a minute or two.'
	@$(RUN) -m pip install --quiet --no-input --disable-pip-version-check \
	  --constraint constraints.txt --editable '.[$(EXTRAS_$*)]'
	@touch $(foreach name,$(SERVES_$*),$(VENV)/.installed-$(name))

# pip is the last thing venv puts there, so a half-made environment is made again.
$(VENV)/bin/pip:
	@command -v '$(PYTHON)' > /dev/null || { \
	  echo 'There is no "$(PYTHON)" here. voc needs Python 3.11 or newer: install it, or name one as: make PYTHON=python3.12' >&2; \
	  exit 1; }
	@'$(PYTHON)' -c 'import sys; sys.version_info >= (3, 11) or sys.exit("voc needs Python 3.11 or newer, but $(PYTHON) is " + sys.version.split()[0] + " (" + sys.executable + "). Name a newer one as: make PYTHON=python3.12")'
	@echo 'Making $(VENV) with $(PYTHON).'
	@'$(PYTHON)' -m venv $(VENV)
