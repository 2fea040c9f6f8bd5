//go:build browser

package browser_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

var screenshots = flag.String("screenshots", "", "`directory` for pictures of the page; none if empty")

// patience is how long anything may take to be seen.
const patience = 30 * time.Second

// tab is a browser with the page in it.
type tab struct {
	ctx context.Context

	mu        sync.Mutex // guards what follows
	complaint []string   // what the browser has found wrong
	requested []string   // URLs
}

// open shows the page in a browser of its own until the test ends. Without Chromium
// the test fails.
func open(t *testing.T, p program, first ...chromedp.Action[chromedp.Void]) *tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.Flag("no-proxy-server", true), chromedp.WindowSize(1440, 1200))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // there is none for root
	}
	browser, closeBrowser := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(closeBrowser)
	ctx, closeTab := chromedp.NewContext(browser)
	t.Cleanup(closeTab)
	page := &tab{ctx: ctx}
	require.NoError(t, chromedp.Listen(ctx, page.note))
	_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	require.NoError(t, err)
	_, err = chromedp.Call(ctx, log.Enable, cdp.Empty{})
	require.NoError(t, err)
	page.do(t, append(first, chromedp.Navigate(p.status))...)
	t.Cleanup(func() {
		page.mu.Lock()
		defer page.mu.Unlock()
		require.Empty(t, page.complaint, "the browser's console")
		require.NotEmpty(t, page.requested)
		for _, address := range page.requested {
			require.True(t, strings.HasPrefix(address, p.status), "%s is elsewhere", address)
		}
	})
	return page
}

func (p *tab) note(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		p.requested = append(p.requested, e.Request.URL)
	case *runtime.EventExceptionThrown:
		p.complaint = append(p.complaint, e.ExceptionDetails.Text)
	case *log.EventEntryAdded: // such as a violation of the page's policy
		p.complaint = append(p.complaint, e.Entry.Text+" "+e.Entry.URL)
	}
}

// forgive drops the complaints so far, which the test has provoked.
func (p *tab) forgive() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.complaint = nil
}

// do does what a person does, who does not wait forever.
func (p *tab) do(t *testing.T, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	get(t, p, chromedp.Steps(actions...))
}

// get returns what an action finds.
func get[T any](t *testing.T, p *tab, action chromedp.Action[T]) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	found, err := chromedp.Run(ctx, action)
	require.NoError(t, err)
	return found
}

// sees waits for what a selector finds to be visible.
func (p *tab) sees(t *testing.T, selector chromedp.CSS) {
	t.Helper()
	p.do(t, chromedp.WaitVisible(selector))
}

// click clicks on what a selector finds.
func (p *tab) click(t *testing.T, selector chromedp.CSS) {
	t.Helper()
	p.do(t, chromedp.Click(selector))
}

// text returns what is to be read in what a selector finds.
func (p *tab) text(t *testing.T, selector chromedp.CSS) string {
	t.Helper()
	return get(t, p, chromedp.Text(selector))
}

// evaluate returns what a script does.
func evaluate[T any](t *testing.T, p *tab, script string) T {
	t.Helper()
	return get(t, p, chromedp.Evaluate[T](script))
}

// picture takes one, if asked for.
func (p *tab) picture(t *testing.T, name string) {
	t.Helper()
	if *screenshots != "" {
		png := get(t, p, chromedp.FullScreenshot(100))
		require.NoError(t, os.WriteFile(filepath.Join(*screenshots, name+".png"), png, 0o600))
	}
}
