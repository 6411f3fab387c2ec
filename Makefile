# make repro   the whole pipeline        make test   all tests
# make repro TORCH_INDEX=<address of PyTorch's own CPU index>   spares Linux the CUDA packages

PYTHON ?= python3.11
TORCH_INDEX ?=
VENV := .venv
# DVC runs the stages with the `python` it finds on the PATH.
RUN := PATH="$(CURDIR)/$(VENV)/bin:$$PATH" VIRTUAL_ENV="$(CURDIR)/$(VENV)"

.PHONY: repro test

repro: $(VENV)/installed
	$(RUN) dvc repro

test: $(VENV)/installed
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) python -m pytest

# The stamp is made last: an interrupted installation is taken up again.
$(VENV)/installed: requirements.txt constraints.txt
	test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check \
		$(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) -r requirements.txt
	touch $@
