# The commands of the project; `make` alone says what there is.
.DEFAULT_GOAL := help
.PHONY: help demo test quick rooms browser spark check format messages bench bench-smoke lock clean

PYTHON ?= python3
BIN := .venv/bin
# Both cores of a small machine; the browser's share one server in each file and run by file.
WORKERS ?= 2
TRANSLATIONS := $(wildcard src/citycall/locale/*/LC_MESSAGES/django.po)

help: ## say what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.venv/ready: requirements.lock pyproject.toml scripts/environment $(TRANSLATIONS)
	@scripts/environment $(PYTHON) requirements.lock

.venv/ready-dev: requirements-dev.lock pyproject.toml scripts/environment $(TRANSLATIONS)
	@scripts/environment $(PYTHON) requirements-dev.lock

demo: .venv/ready ## set up, load the demo city and serve it
	@$(BIN)/citycall demo

test: .venv/ready-dev quick browser ## set up and run all tests

# What a machine at work was too slow for is tried once more, and told of at the end.
quick: .venv/ready-dev ## unit and integration tests
	$(BIN)/pytest -n $(WORKERS) -q -m "not browser and not slow" --reruns 1 -rR

# The doors' pages ask the same rooms, so another database has nothing to say about them.
rooms: .venv/ready-dev ## unit and integration tests but those of pages
	$(BIN)/pytest -n $(WORKERS) -q -m "not browser and not slow" --reruns 1 -rR \
		$(addprefix --ignore=tests/,console demo journeys manage pages telephony web)

browser: .venv/ready-dev ## slow tests and journeys in a real browser
	$(BIN)/pytest -n $(WORKERS) --dist loadfile -q -m "browser or slow" --reruns 1 -rR

# Half a gigabyte that only this needs, so it has an environment of its own.
.venv-spark/ready: requirements-dev.lock requirements-spark.lock .venv/ready-dev
	@test -x .venv-spark/bin/python || $(PYTHON) -m venv .venv-spark
	@for lock in requirements-dev.lock requirements-spark.lock; do \
		$(BIN)/uv --system-certs pip install --quiet --python .venv-spark/bin/python \
			--require-hashes -r $$lock || exit 1; done
	@touch .venv-spark/ready

spark: .venv-spark/ready ## the same measures on PySpark; needs Java
	.venv-spark/bin/python -m pytest tests/analytics/spark -q -m spark

check: .venv/ready-dev ## format, lint, types, imports, templates, migrations, docs, languages
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy src tests bench
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet src
	$(BIN)/python scripts/check_migrations.py
	$(BIN)/python scripts/docs_map.py --check
	$(BIN)/python scripts/messages.py --check
	$(BIN)/python scripts/api_reference.py --check
	$(BIN)/python scripts/open_data_reference.py --check
	$(BIN)/python scripts/facts_reference.py --check
	$(BIN)/python scripts/emergency_phrases.py --check

format: .venv/ready-dev ## put the code into the one format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only .

messages: .venv/ready-dev ## collect what is to be translated
	$(BIN)/python scripts/messages.py

bench: .venv/ready-dev ## measure everything as ratios (about half an hour)
	$(BIN)/citycall bench --output bench/results/bench.json

bench-smoke: .venv/ready-dev ## the same in small, to see that it runs
	$(BIN)/citycall bench --smoke --output bench/results/smoke.json

lock: .venv/ready-dev ## choose new versions of all dependencies
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate \
		--no-header --upgrade pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate \
		--no-header pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate \
		--no-header pyproject.toml --extra spark -c requirements.lock -o requirements-spark.lock

clean: ## remove the environment and what tools left; data stays
	rm -rf .venv .venv-spark .mypy_cache .ruff_cache .hypothesis
