# make reproduce: rebuild everything.  make test.  make ui: compare runs.  make ci: what CI runs.
# INSTALL="uv pip install" sets up with uv instead of pip.

PYTHON ?= python3
INSTALL ?= .venv/bin/python -m pip install --disable-pip-version-check --quiet
PORT ?= 5000
RUN := . .venv/bin/activate &&
READY := .venv/ready

.PHONY: reproduce setup test ui ci lint lock

reproduce: setup
	@$(RUN) dvc repro
	@echo
	@echo "Report:  $(CURDIR)/report/index.html"
	@echo "Runs:    make ui, then http://127.0.0.1:$(PORT)"

setup: $(READY)

# The lock is complete, so that nothing is resolved. Beside a CPU build of torch, torchaudio's compiled extension,
# which is made for CUDA, cannot be loaded, and what is used of torchaudio does without it.
$(READY): requirements.lock
	@echo "Setting up .venv from requirements.lock (about two minutes, once)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; name one with: make PYTHON=python3.11")'
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@VIRTUAL_ENV=$(CURDIR)/.venv $(INSTALL) -r requirements.lock
	@.venv/bin/python -c 'import torch, sys; sys.exit(torch.version.cuda is not None)' && rm -f .venv/lib/python3*/site-packages/torchaudio/lib/_torchaudio.abi3.so || true
	@.venv/bin/python -m compileall -q -j 0 .venv/lib >/dev/null 2>&1 || true
	@touch $@

test: setup
	@$(RUN) python -m pytest -n 2

lint: setup
	@$(RUN) ruff check . && ruff format --check .

ui: setup
	@$(RUN) python -m stages.ui $(PORT)

ci:
	@bash .ci/run

lock:
	@$(RUN) python -m piptools --version >/dev/null 2>&1 || .venv/bin/pip install -q pip-tools
