# Sunbeon (순번). `make run` shows it, `make test` proves it.

GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo development)
LDFLAGS := -s -w -X main.version=$(VERSION)
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
NATS    := github.com/nats-io/nats-server/v2@v2.15.2
FUZZTIME ?= 20s
CITY    := 127.0.0.1:8480
# Not 1883, where Debian's mosquitto listens once it is installed.
BROKER  := 127.0.0.1:18830

# What the hall screen is built from (ebiten: X11 and OpenGL, by cgo), and what it
# runs on where there is no screen.
SCREEN  := gcc libx11-dev libxrandr-dev libxcursor-dev libxinerama-dev libxi-dev libxxf86vm-dev libgl1-mesa-dev libgl1-mesa-dri

.PHONY: help run light build board test voice hil hil-kernel modules unit outside lint bench fuzz arm64 clean needs-run needs-board needs-bench needs-test needs-hil

help: ## this list
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' Makefile

run: needs-run modules light ## the bench, the counter pages and the city's website on this machine
	@sh .ci/run-demo $(CITY) $(BROKER)

board: needs-board modules build ## the hall's screen in a window, beside a running make run
	@bin/signboard -kiosk unix:$(CURDIR)/var/kiosk/hall.sock -window 1280x720

# What needs no C compiler and no X: everything but the hall's screen.
light:
	@mkdir -p bin
	@CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/ ./appliance/cmd/kiosk ./display/cmd/cityweb

build: light
	@CGO_ENABLED=1 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/ ./display/cmd/signboard

test: needs-test modules lint arm64 outside unit ## everything: lint, all tests under the race detector, the arm64 build

voice: modules ## a placeholder clip pack for the spoken call, by espeak-ng, in var/voice
	@sh .ci/needs espeak-ng
	@$(GO) run ./display/cmd/voicepack build -out var/voice

hil: hil-kernel modules ## the arm64 kiosk on an emulated machine with simulated pins, USB printer and keypad
	@SUNBEON_HIL=$(CURDIR)/var/hil $(GO) test -count=1 -timeout 14m -v -run '^TestRig$$' ./appliance/hil >var/hil/log 2>&1 || { cat var/hil/log; exit 1; }
	@grep -e '--- PASS' var/hil/log

hil-kernel: needs-hil
	@sh .ci/hil-kernel var/hil/kernel

# Downloaded quietly; a second, loud try says what went wrong.
modules:
	@$(GO) mod download >/dev/null 2>&1 || $(GO) mod download

# What draws in software with all cores, beside which no other test has the time
# that it is used to.
ALONE   := sunbeon/appliance/cmd/bench sunbeon/display/cmd/signboard/process

unit:
	@SUNBEON_OUTSIDE=$(CURDIR)/var/outside $(GO) test -race -shuffle=on -timeout 20m $$($(GO) list ./... | grep -vxF $(ALONE:%=-e %))
	@$(GO) test -race -shuffle=on -timeout 20m -p 1 $(ALONE)
	@$(GO) test -run '^TestGolden$$' ./display/board # the large screens, too slow under the race detector

# The npm programs that judge the printer from outside, at fixed versions.
outside: var/outside/node_modules
var/outside/node_modules: printer/virtual/testdata/outside/package-lock.json
	@mkdir -p var/outside
	@cp printer/virtual/testdata/outside/package*.json var/outside/
	@cd var/outside && npm ci --silent --no-audit --no-fund
	@touch $@

lint: needs-board ## gofmt, vet, staticcheck, and known vulnerabilities where the list can be reached
	@bad=$$(gofmt -l appliance drivers display printer images 2>/dev/null); [ -z "$$bad" ] || { echo "not gofmt clean:"; echo "$$bad"; exit 1; }
	@$(GO) vet ./...
	@sh .ci/tool staticcheck $(STATICCHECK)
	@var/tools/staticcheck ./...
	@sh .ci/vulnerabilities

arm64:
	@mkdir -p bin/arm64
	@CGO_ENABLED=0 GOOS=linux GOARCH=arm64 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/arm64/ ./appliance/cmd/kiosk ./display/cmd/cityweb

bench: needs-bench ## the budgets, a line each: name value unit budget ok|over
	@$(GO) run ./appliance/cmd/bench

fuzz: ## every fuzz target for FUZZTIME each (20s)
	@sh .ci/fuzz $(FUZZTIME)

clean: ## what was built, not the records under var
	@rm -rf bin

needs-run:
	@sh .ci/needs fonts-nanum

needs-board:
	@sh .ci/needs fonts-nanum $(SCREEN)

needs-bench:
	@sh .ci/needs fonts-nanum xvfb $(SCREEN)

needs-test:
	@sh .ci/needs fonts-nanum fonts-noto-cjk mosquitto chromium nodejs npm strace xvfb espeak-ng alsa-utils $(SCREEN)
	@sh .ci/tool nats-server $(NATS)

needs-hil:
	@sh .ci/needs fonts-nanum mosquitto qemu-system-arm xz-utils e2fsprogs debian-archive-keyring
