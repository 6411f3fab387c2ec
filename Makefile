# make repro   the whole pipeline        make test   all tests
# make repro TORCH_INDEX=<address of PyTorch's own CPU index>   spares Linux the CUDA packages

PYTHON ?= python3.11
TORCH_INDEX ?=
VENV := .venv
# DVC runs the stages with the `python` it finds on the PATH.
RUN := PATH="$(CURDIR)/$(VENV)/bin:$$PATH" VIRTUAL_ENV="$(CURDIR)/$(VENV)"
# DVC unpickles what lies in this folder, and by default every user of a machine can write to it.
ifndef DVC_SITE_CACHE_DIR
export DVC_SITE_CACHE_DIR := $(CURDIR)/.dvc/tmp/site
$(shell install -d -m 700 "$(DVC_SITE_CACHE_DIR)")
endif

.NOTPARALLEL:  # under -j, too: two pips would write to one environment

.PHONY: repro test lint
repro: $(VENV)/installed
	$(RUN) dvc repro

# Side by side, a file's tests in one process, in the order of the folders: the dearest are amid them.
PYTEST := python -m pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder
test: lint $(VENV)/installed-optional
	$(RUN) $(PYTEST)

# All but the dear ones, in about a minute, while one writes code; tests/conftest.py says which.
.PHONY: test-quick
test-quick: $(VENV)/installed-optional
	$(RUN) $(PYTEST) -m "not slow"

# Faults that take minutes to show; docs/reliability.md. On an otherwise idle machine.
.PHONY: test-faults
test-faults: $(VENV)/installed-optional
	$(RUN) python -m tests.faults.kill_anywhere
	$(RUN) python -m tests.faults.odd_places
	$(RUN) python -m tests.faults.full_disk
	$(RUN) python -m tests.faults.low_memory

# Do the tests notice a fault? docs/mutants.md; an hour or two, taken up again where it was stopped.
.PHONY: mutants
MUTANTS := $(VENV)/mutants
mutants: $(VENV)/installed-optional $(MUTANTS)/installed
	$(MUTANTS)/bin/python -m tools.mutants

$(MUTANTS)/installed: tools/requirements-mutants.txt
	test -x $(MUTANTS)/bin/python || $(PYTHON) -m venv $(MUTANTS)
	$(MUTANTS)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

# Which branches of src/ the tests run through, those that no test meets by line; an hour.
.PHONY: coverage
COVERAGE := COVERAGE_FILE="$(CURDIR)/$(VENV)/coverage/data" COVERAGE_RCFILE="$(CURDIR)/tools/coverage.ini"
coverage: $(VENV)/installed-coverage
	rm -rf $(VENV)/coverage && mkdir $(VENV)/coverage
	$(RUN) $(COVERAGE) python -m coverage run -m $(subst python -m ,,$(PYTEST))
	$(RUN) $(COVERAGE) python -m coverage combine --quiet
	$(RUN) $(COVERAGE) python -m coverage report

$(VENV)/installed-coverage: $(VENV)/installed-optional tools/requirements-coverage.txt
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check \
		-r tools/requirements-coverage.txt
	touch $@

lint: $(VENV)/installed
	$(RUN) ruff check .
	$(RUN) ruff format --check .

# Whoever activates it has DVC keep what it unpickles where `make` does.
make_venv = (test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)) && \
	{ grep -q DVC_SITE_CACHE_DIR $(VENV)/bin/activate || echo \
	'export DVC_SITE_CACHE_DIR="$${VIRTUAL_ENV%/*}/.dvc/tmp/site"' >> $(VENV)/bin/activate; }

# The stamp is made last: an interrupted installation is taken up again.
$(VENV)/installed: requirements.txt constraints.txt
	$(make_venv)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check \
		$(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) -r requirements.txt
	touch $@

# What only some users need, such as Excel, scoring over HTTP or a cluster; the tests use it all.
$(VENV)/installed-optional: $(VENV)/installed requirements-optional.txt requirements-cluster.txt
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check \
		-r requirements-optional.txt -r requirements-cluster.txt
	touch $@

# A first params.yaml for your own table, as draft.yaml; docs/own-data.md goes on from there.
.PHONY: draft
draft: $(VENV)/installed
	@test -n "$(TABLE)" || { echo "say which table: make draft TABLE=<path>"; exit 2; }
	@$(RUN) python -m stages.draft "$(TABLE)"

# The silent pilot; docs/pilot.md. BUNDLE=release/runner_up takes the other one.
.PHONY: score bundle pilot-demo
BUNDLE ?= release/choice
score: $(VENV)/installed-optional
	@test -n "$(FORMS)" -a -n "$(OUT)" || \
		{ echo "say which forms, and where to: make score FORMS=<table> OUT=<table>"; exit 2; }
	@$(RUN) PYTHONPATH=src python -m intake_triage score $(BUNDLE) "$(FORMS)" "$(OUT)" \
		$(if $(EXPLAIN),--explain)

# Eight invented weeks, from examples/pilot: dist/pilot-demo/week_8/watch.html is what to look at.
pilot-demo: $(VENV)/installed
	@rm -rf dist/$@
	@$(RUN) python -m examples.pilot.play $(BUNDLE) dist/$@

# With every wheel that it needs, for a machine without a registry.
bundle: $(VENV)/installed-optional
	$(RUN) python -m stages.export $(BUNDLE) dist/$(notdir $(BUNDLE)).tar \
		$(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))

# On the survey, in a clone of what is committed that is kept in .runs/, so that a killed run resumes;
# what pages show of it is kept in results/namcs/.
.PHONY: namcs
clone-namcs: $(VENV)/installed  # without a .git of its own, git would reset the checkout around it
	test -e .runs/namcs/.git || git clone --quiet . .runs/namcs
	git -C .runs/namcs fetch --quiet origin HEAD && \
		git -C .runs/namcs reset --quiet --hard FETCH_HEAD

# The folder $(1) by `cp $(2)`; what lay there goes last: a copy may fail, or be a copy of that.
copy_as = rm -rf $(1).part && mkdir -p $(1).part && cp $(2) $(1).part && \
	rm -rf $(1) && mv $(1).part $(1)
take_survey = $(call copy_as,$(1),-rL "$(NAMCS)/.")

# NAMCS: folder of survey files.
namcs: $(if $(NAMCS),clone-namcs)
	@test -n "$(NAMCS)" || { echo "say where the survey files are: make namcs NAMCS=<folder>"; exit 2; }
	$(call take_survey,.runs/$@/data/raw/namcs)
	cd .runs/$@ && $(RUN) dvc exp run -S data.source=namcs -S data.path=data/raw/namcs
	$(call copy_as,results/$@,-r $(addprefix .runs/$@/,params.yaml dvc.lock metrics plots))

# The transfer study, block by block; each block's results are kept in git. With NAMCS=<folder of
# survey files> the survey's block too; BLOCKS="conflict" runs some alone.
.PHONY: transfer
BLOCKS ?= default relatedness_0 relatedness_05 relatedness_1 conflict shared
transfer: $(VENV)/installed
	$(if $(NAMCS),$(call take_survey,data/raw/namcs))
	$(RUN) python -m studies.transfer.block --plan $(BLOCKS) $(if $(NAMCS),namcs)
	$(RUN) dvc repro --single-item $(addprefix studies/transfer/dvc.yaml:,\
		$(addprefix block@,$(BLOCKS) $(if $(NAMCS),namcs)) validity report)

# How sure the choice is: the pipeline on data drawn anew, and on more and fewer forms. Each run's
# results are kept in git; RUNS="seed_10 seconds" makes some, and all end with the page and the names
# that are open. Those of the survey need NAMCS=<folder of survey files>, survey_all `make namcs`.
.PHONY: replication
replication: $(VENV)/installed
	$(if $(NAMCS),$(call take_survey,data/raw/namcs))
	$(RUN) dvc repro --single-item $(addprefix studies/replication/dvc.yaml:,$(foreach run,$(RUNS),\
		$(if $(filter survey_all seconds,$(run)),,run@)$(run)) report)

# Loss weights side by side, as queued experiments: their table, and the frontier as
# dvc_plots/index.html. BALANCING=fixed,pcgrad and RATES=0.001,0.0015 cross methods and learning
# rates with them. On a cluster (docs/cluster.md) JOBS of them run at once. They end with what is
# compared: `dvc exp apply <name>` and `dvc repro` make the bundles and the pages of the one you like.
.PHONY: sweep exps
WEIGHTS ?= 0.2,0.3,0.4,0.5,0.6,0.7,0.8
JOBS ?= 8
sweep: $(VENV)/installed
	$(RUN) dvc exp run --queue -S 'mtl.loss_weight=$(WEIGHTS)' \
		$(if $(BALANCING),-S 'mtl.balancing=$(BALANCING)') \
		$(if $(RATES),-S 'train.learning_rate=$(RATES)') compare
	$(RUN) dvc exp run --run-all \
		$(if $(DASK_SCHEDULER_ADDRESS)$(DASK_SCHEDULER_FILE),--jobs $(JOBS))
	$(RUN) dvc plots diff HEAD $$($(RUN) dvc exp list --name-only) --targets dvc.yaml::frontier
	$(MAKE) exps

# What a sweep compares: the loss weight and its method, log-loss on valid, the recommendation.
SHOWN := Experiment|mtl\.(loss_weight|balancing|valid_log_loss\..*)|train.learning_rate|choice
exps: $(VENV)/installed
	@COLUMNS=$${COLUMNS:-160} $(RUN) dvc exp show --no-pager --drop '.*' --keep '^($(SHOWN))$$'

# What a change did: the working tree against BASE, as review/comment.md and review/plots/.
.PHONY: review check-lock
BASE ?= main
review: check-lock
	$(RUN) python -m stages.review "$(BASE)"

# Fails where dvc.lock is out of step with code, params or results; needs neither cache nor data.
# With ALL=1 those of the studies and of runs below results/, too: they may be of earlier code.
check-lock: $(VENV)/installed
	@$(RUN) python -m stages.check_lock $(if $(ALL),--all)

# Side by side against what a user would pick instead; over an hour, on an otherwise idle machine.
# make bench BENCH="--skip pipeline"   leaves a topic as it was; BENCH=--quick   tries that all runs
.PHONY: bench
BENCH ?=
bench: $(VENV)/installed-bench
	$(RUN) python -m benchmarks $(BENCH)

# Every stage on 40,000 made-up forms and on 400,000, one seed; over an hour, resumed where it was.
.PHONY: large
large: $(VENV)/installed-bench
	$(RUN) python -m benchmarks.growth

$(VENV)/installed-bench: $(VENV)/installed benchmarks/requirements.txt
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check \
		-r benchmarks/requirements.txt
	touch $@

# Supply chain; docs/supply-chain.md. `locked`, before any other target, fills .venv from the locks,
# each file checked against its hash. One package has no wheel: without isolation it is built by the
# setuptools of the lock, which therefore comes first. PyPI's PyTorch for Linux needs CUDA packages.
.PHONY: locked lock licences audit sbom
CUDA := $(if $(TORCH_INDEX),,$(if $(filter Linux,$(shell uname)),-r requirements-cuda.lock))
install_locked = $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check \
	--require-hashes --no-build-isolation --use-pep517
locked:
	$(make_venv)
	sed -n '/^setuptools==/,/[^\\]$$/p' requirements.lock | $(install_locked) -r /dev/stdin
	$(install_locked) $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) \
		-r requirements.lock -r requirements-optional.lock $(CUDA)
	touch $(VENV)/installed $(VENV)/installed-optional

# The locks anew, after a change of requirements*.txt or constraints.txt.
AUDIT := $(VENV)/audit
lock: $(AUDIT)/installed
	@test -n "$(TORCH_INDEX)" || \
		{ echo "say where CPU builds are: make lock TORCH_INDEX=<PyTorch's CPU index>"; exit 2; }
	$(AUDIT)/bin/python -m tools.lock "$(TORCH_INDEX)"

licences: $(VENV)/installed-optional
	$(RUN) python -m tools.licences

# Known vulnerabilities; fails too where the advisories cannot be reached. Each that is ignored is
# answered in docs/supply-chain.md.
audit: $(AUDIT)/installed
	$(AUDIT)/bin/pip-audit --strict --progress-spinner off --disable-pip --require-hashes \
		--ignore-vuln CVE-2025-69872 \
		$(addprefix -r requirements,.lock -optional.lock -cuda.lock -audit.lock)

# What is installed in .venv, as CycloneDX, checked against its schema.
sbom: $(AUDIT)/installed $(VENV)/installed-optional
	mkdir -p dist
	$(AUDIT)/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible \
		--output-file dist/sbom.json $(VENV)/bin/python

# The tools, apart from what they look at.
$(AUDIT)/installed: requirements-audit.lock
	test -x $(AUDIT)/bin/python || $(PYTHON) -m venv $(AUDIT)
	$(AUDIT)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		-r requirements-audit.lock
	touch $@
