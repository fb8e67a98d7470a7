# What there is to do, each in one word. `make run` and `make test` install what is missing and build first.
.DEFAULT_GOAL := build
.PHONY: build release needed deb deb-test deps run test soak fuzz sanitize controls bench growth instructions check clean help

help:
	@echo 'make run [IFACE=eth1]  phones that boot before your eyes: in a private lab, or on a real wire; SYSTEM=snom-desk for one system'
	@echo 'make test              every test'
	@echo 'make soak              load at full size against the release build, with its figures; about an hour'
	@echo 'make fuzz [SECONDS=600] every parser and decision against made-up input, so long for each'
	@echo 'make sanitize          every test, built with the thread sanitizer and with the address sanitizer'
	@echo 'make controls          takes each control of docs/threats.md out once, and wants its test to fail; half an hour'
	@echo 'make bench             bellhop and its peers in turn; CASES="inform http", ROUNDS=5, SECONDS=3, TABLE=file.md for a part of it'
	@echo 'make growth            how cost grows with phones, rules and files; SVG=file.svg draws it'
	@echo 'make instructions      what one request takes, by callgrind; FUNCTIONS=40 names what takes most'
	@echo 'make build | release   the programs, in .build/debug or .build/release'
	@echo 'make deb               the package bellhop_VERSION_ARCH.deb, in .build/deb'
	@echo 'make deb-test          the same, installed, run, upgraded and purged in a system of its own'
	@echo 'make check             format, imports and sizes'
	@echo 'make deps              install what all of these need, tests too'

deps:
	@scripts/deps testing

# What building and running take, without the servers that tests run beside.
needed:
	@scripts/deps

# The manifest is read anew each time: it asks for the commit that --version names.
build: needed
	swift build --disable-build-manifest-caching --manifest-cache none

release: needed
	swift build -c release --static-swift-stdlib --disable-build-manifest-caching --manifest-cache none

deb: release
	scripts/deps packaging
	scripts/deb

deb-test: deb
	scripts/deb-test .build/deb/bellhop_*.deb

# Who may not hear frames is told so before anything is built.
run:
	@[ "$$(id -u)" = 0 ] || scripts/run
	@$(MAKE) --no-print-directory release
	@scripts/run $(IFACE)

test: deps
	@scripts/check all

soak: deps
	@scripts/soak

# So long for each target.
fuzz: deps
	@scripts/fuzz $(or $(SECONDS),60)

sanitize: deps
	@scripts/sanitize

controls: deps
	@scripts/controls

bench: deps release
	@bench/peers
	@bench/run $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SECONDS),--seconds $(SECONDS)) $(if $(TABLE),--markdown $(TABLE)) $(CASES)

growth: deps release
	@bench/growth $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SVG),--svg $(SVG)) $(AXES)

instructions: deps release
	@bench/peers
	@bench/instructions $(if $(FUNCTIONS),--functions $(FUNCTIONS)) $(KINDS)

check:
	@scripts/check format imports

clean:
	swift package clean
