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

# A clone of what is committed, kept so that a killed run resumes; NAMCS: folder of survey files.
.PHONY: namcs readme
namcs: $(VENV)/installed
	@test -n "$(NAMCS)" || { echo "say where the survey files are: make namcs NAMCS=<folder>"; exit 2; }
	test -d .namcs || git clone --quiet . .namcs
	git -C .namcs fetch --quiet origin HEAD && git -C .namcs reset --quiet --hard FETCH_HEAD
	mkdir -p .namcs/data/raw && rm -rf .namcs/data/raw/namcs && cp -rL "$(NAMCS)" .namcs/data/raw/namcs
	cd .namcs && sed -i.bak -e 's|^  source: .*|  source: namcs|' \
		-e 's|^  path: .*|  path: data/raw/namcs|' params.yaml && rm params.yaml.bak
	cd .namcs && $(RUN) dvc repro
	mkdir -p results/namcs && rm -rf results/namcs/metrics results/namcs/plots
	cd .namcs && cp -r params.yaml dvc.lock metrics plots ../results/namcs/

# Writes the README's figures and picture anew from the committed metrics/ and results/namcs/.
readme: $(VENV)/installed
	$(RUN) PYTHONPATH=src python -m intake_triage.report.readme
