# Each target runs in a fresh clone with nothing but Go; tools are fetched at the
# versions pinned here, into bin/.
GO             ?= go
GOLANGCI_LINT  := v2.15.0
GOVULNCHECK    := v1.8.0
FUZZTIME       ?= 10s
SOAK           ?= 30s
LOCALSOAK      ?= 60s
MALFORMED      ?= 100000
BENCHCOUNT     ?= 5
bin            := $(CURDIR)/bin

.PHONY: check test race examples lint vet cross listing interop hadoop browser fuzz soak local-soak malformed bench bench-smoke windows vuln fmt clean

## check: what a change must pass
check: vet lint race examples cross

## test: the tests as a user runs them
test:
	$(GO) test ./...

## race: the tests with the race detector, in random order
race:
	$(GO) test -race -shuffle=on ./...

## examples: run the example programs on the emulator
examples:
	$(GO) run ./examples/tour
	$(GO) run ./examples/keyvault
	$(GO) run ./examples/resourcegroup
	$(GO) run ./examples/storagesas
	$(GO) run ./examples/datalake
	$(GO) run ./examples/sqlquery

vet:
	$(GO) vet ./...

## cross: the library builds and vets for the other systems of the tutorials
cross:
	GOOS=windows $(GO) vet ./...
	GOOS=darwin $(GO) vet ./...

## lint: the rules of .golangci.yml
lint: $(bin)/golangci-lint-$(GOLANGCI_LINT)
	$< run ./...

$(bin)/golangci-lint-$(GOLANGCI_LINT):
	GOBIN=$(bin) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT)
	mv $(bin)/golangci-lint $@

fmt: $(bin)/golangci-lint-$(GOLANGCI_LINT)
	$< fmt

## listing: directories of ten million files, in constant memory
listing:
	DATALAKE_ENTRIES=10000000 $(GO) test -count=1 -v -timeout 20m -run TestReadDirTakesConstantMemory ./datalake

## interop: the official SDKs against the emulator, both ways
interop:
	cd interop && $(GO) vet ./... && $(GO) test -race ./...

## hadoop: the data lake's tests on a real Hadoop, with its own jars; needs Java 17 and Maven
hadoop:
	GO="$(GO)" interop/hadoop/run.sh test

## browser: the emulator's status page in Chromium, which has to be installed
browser:
	cd interop && $(GO) vet -tags browser ./browser && $(GO) test -tags browser -count=1 ./browser

## fuzz: every fuzz target for FUZZTIME each (make fuzz FUZZTIME=10m)
fuzz:
	GO="$(GO)" bash .ci/fuzz $(FUZZTIME)

## soak: a pool whose tokens live for 400 ms, for SOAK
soak:
	$(GO) test -race -run '^TestSoak$$' -count 1 -v ./sql -soak $(SOAK)

## local-soak: azurelocal at its full rate for LOCALSOAK, its memory and its start
local-soak:
	$(GO) test -run '^TestSoak$$' -bench '^BenchmarkReady$$' -benchtime 5x -count 1 -v ./azuretest/azurelocal -soak $(LOCALSOAK)

## malformed: MALFORMED broken requests to all services of the emulator
malformed:
	$(GO) test -run '^TestMalformed' -count 1 -v ./azuretest -malformed $(MALFORMED)

## bench: the benchmarks of the library, then the library beside its peers
bench:
	$(GO) test -run '^$$' -bench . -benchmem -count $(BENCHCOUNT) ./...
	cd bench && $(GO) run .

## bench-smoke: the benchmarks run, however fast
bench-smoke:
	$(GO) test -run '^$$' -bench . -benchtime 50x ./...
	cd bench && $(GO) vet ./... && $(GO) test ./...

## windows: the Windows build of the tests, under Wine (Debian)
windows:
	bash .ci/windows/run ./internal/... ./credential/... ./keyvault/... ./arm/... ./storage/... ./datalake/... ./sql ./azuretest ./azuretest/sqlserver/... ./examples/...

## vuln: known vulnerabilities; needs the vulnerability database's server
vuln:
	$(GO) run golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK) ./...

clean:
	rm -rf $(bin)
