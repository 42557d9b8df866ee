# make reproduce: rebuild everything.  make test.  make ui: compare runs.  make ci: what CI runs.
# make site: the documentation as web pages, in site/.
# With uv: make setup INSTALL="uv pip install"

PYTHON ?= python3
INSTALL ?= .venv/bin/python -m pip install --disable-pip-version-check --quiet --quiet
PORT ?= 5000
RUN := . .venv/bin/activate &&
READY := .venv/ready

# DVC keeps its index of files in /var/tmp/dvc, which every user of the machine can write. Activating .venv gives
# it a private folder instead, unless DVC_SITE_CACHE_DIR is set.
define SITE_CACHE
if [ -z "$${DVC_SITE_CACHE_DIR:-}" ]; then
    export DVC_SITE_CACHE_DIR="$${XDG_CACHE_HOME:-$${HOME:-}/.cache}/dvc"
    mkdir -p "$$DVC_SITE_CACHE_DIR" 2> /dev/null && chmod 700 "$$DVC_SITE_CACHE_DIR" || unset DVC_SITE_CACHE_DIR
fi
endef
export SITE_CACHE

.PHONY: reproduce setup test ui lint ci site lock

reproduce: setup
	@$(RUN) heschl unlock
	@$(RUN) dvc repro
	@echo
	@echo "Report:  $(CURDIR)/report/index.html"
	@echo "Runs:    make ui prints their address"

test: setup
	@$(RUN) python -m pytest -n 2

ui: setup
	@$(RUN) heschl ui $(PORT)

lint: setup
	@$(RUN) ruff check . && ruff format --check .

ci:
	@bash .ci/run

site: setup
	@$(RUN) python -m sphinx --fresh-env --fail-on-warning --keep-going --quiet --conf-dir docs . site
	@echo "Documentation:  $(CURDIR)/site/index.html"

setup: $(READY)

# The lock file lists every package, so pip resolves nothing. The compiled extension of torchaudio is built for
# CUDA and does not load with a CPU build of torch. Heschl does not need it, so it is removed.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
		"Heschl needs Python 3.11 or later. To choose one: make setup PYTHON=python3.12")'
	@echo "Setting up .venv from requirements.lock (once, two to five minutes)"
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@VIRTUAL_ENV=$(CURDIR)/.venv $(INSTALL) -r requirements.lock
	@VIRTUAL_ENV=$(CURDIR)/.venv $(INSTALL) --no-deps --no-build-isolation -e .
	@if .venv/bin/python -c 'import sys, torch; sys.exit(torch.version.cuda is not None)'; then \
		rm -f .venv/lib/python3*/site-packages/torchaudio/lib/_torchaudio.abi3.so; fi
	@if ! command -v npm > /dev/null; then echo "npm (Node.js) is not on the PATH. Only heschl experiment needs it."; \
		elif ! (cd pipeline/heschl/experiment && npm ci --ignore-scripts --no-audit --no-fund) > /dev/null 2>&1; then \
		echo "npm could not install jsPsych. heschl experiment will try again."; fi
	@grep -q DVC_SITE_CACHE_DIR .venv/bin/activate || printf '%s\n' "$$SITE_CACHE" >> .venv/bin/activate
	@PYTHONDONTWRITEBYTECODE= .venv/bin/python -m compileall -q -j 0 .venv/lib > /dev/null 2>&1 || true
	@touch $@

lock:
	@$(PYTHON) -m venv work/lock
	@work/lock/bin/pip install --quiet ".[test]"
	@(sed '/^[^#]/,$$d' requirements.lock; \
		work/lock/bin/pip freeze --all --exclude pip --exclude heschl | sed 's/+cpu//') > work/lock.txt
	@mv work/lock.txt requirements.lock
