// Package browser holds the emulator's status page against a real browser: Chromium
// without a window, by its DevTools protocol, on azurelocal as a program of its own.
// Its tests have the build tag browser, since they fail where Chromium is missing:
//
//	go test -tags browser ./browser
//
// With -screenshots they leave pictures in a directory.
package browser
