//go:build browser

package browser_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// unloaded is a page that has not been loaded anew since mark.
const (
	mark     = `window.same = true`
	unloaded = `window.same === true`
)

func TestRequestsComeLive(t *testing.T) {
	t.Parallel()
	p := start(t)
	page := open(t, p)
	page.sees(t, "#live.on")
	require.Contains(t, page.text(t, "#requests"), "Nobody has asked for anything yet.")
	page.do(t, chromedp.Evaluate[chromedp.Void](mark))
	token := p.token(t, "https://vault.azure.net")
	page.sees(t, `li.allowed[data-number="1"]`)
	require.Contains(t, page.text(t, `li[data-number="1"]`), "imds.token")
	require.Equal(t, http.StatusOK, p.secret(t, token))
	page.sees(t, `li.allowed[data-number="2"]`)
	require.Contains(t, page.text(t, "#tokens"), "https://vault.azure.net")
	require.Equal(t, "2", page.text(t, "#count"))
	require.True(t, evaluate[bool](t, page, unloaded))
	require.NotContains(t, evaluate[string](t, page, "document.documentElement.outerHTML"), token)
	page.picture(t, "live")
}

func TestRefusalSaysWhy(t *testing.T) {
	t.Parallel()
	p := start(t)
	page := open(t, p)
	page.sees(t, "#live.on")
	require.Equal(t, http.StatusUnauthorized, p.secret(t, p.token(t, "https://management.azure.com/")))
	page.sees(t, "li.denied .reason")
	require.Contains(t, page.text(t, "li.denied"), `the token's audience is "https://management.azure.com/", the service wants "https://vault.azure.net"`)
	page.sees(t, "li.allowed")
	page.click(t, "#only")
	page.do(t, chromedp.WaitNotVisible(chromedp.CSS("li.allowed")))
	page.sees(t, "li.denied")
	page.picture(t, "refused")
}

func TestFaultIsSwitched(t *testing.T) {
	t.Parallel()
	p := start(t)
	token := p.token(t, "https://vault.azure.net")
	page := open(t, p)
	page.sees(t, "#live.on")
	page.do(t, chromedp.Evaluate[chromedp.Void](mark))
	page.click(t, "#switch-keyvault")
	page.sees(t, "#switch-keyvault[aria-checked=true]")
	require.Equal(t, "switch-keyvault", evaluate[string](t, page, "document.activeElement.id"), "the focus stays")
	require.Equal(t, http.StatusServiceUnavailable, p.secret(t, token))
	page.sees(t, "li.fault")
	require.Contains(t, page.text(t, "li.fault"), "fault: status 503")
	page.do(t, chromedp.WaitReady(chromedp.Search(`//*[@id="faults"][contains(., "struck 1")]`)))
	page.picture(t, "fault")
	page.do(t, chromedp.SendKeys(chromedp.CSS("#switch-keyvault"), kb.Enter)) // by the keyboard
	page.sees(t, "#switch-keyvault[aria-checked=false]")
	require.Equal(t, http.StatusOK, p.secret(t, token))
	page.sees(t, "li.allowed:first-child")
	require.True(t, evaluate[bool](t, page, unloaded))
}

func TestFaultIsTyped(t *testing.T) {
	t.Parallel()
	p := start(t)
	token := p.token(t, "https://vault.azure.net")
	page := open(t, p)
	page.sees(t, "#live.on")
	page.click(t, "#new-fault summary")
	page.do(t,
		chromedp.SendKeys(chromedp.CSS("[name=operation]"), "keyvault.get"),
		chromedp.SendKeys(chromedp.CSS("[name=status]"), "429"),
		chromedp.SendKeys(chromedp.CSS("[name=times]"), "2"),
		chromedp.Click(chromedp.CSS("#new-fault form button")),
		chromedp.WaitVisible(chromedp.CSS(`button[aria-label="Remove the fault of keyvault.get"]`)))
	require.Equal(t, http.StatusTooManyRequests, p.secret(t, token))
	page.click(t, `button[aria-label="Remove the fault of keyvault.get"]`)
	page.do(t, chromedp.WaitNotPresent(chromedp.CSS(`button[aria-label="Remove the fault of keyvault.get"]`)))
	require.Equal(t, http.StatusOK, p.secret(t, token))
	page.do(t,
		chromedp.SendKeys(chromedp.CSS("[name=status]"), "many"),
		chromedp.Click(chromedp.CSS("#new-fault form button")),
		chromedp.WaitVisible(chromedp.CSS("[role=alert]")))
	require.Contains(t, page.text(t, "[role=alert]"), `the status is a whole number, not "many"`)
	page.forgive() // the answer's status was 422
}

func TestClockIsMoved(t *testing.T) {
	t.Parallel()
	p := start(t)
	token := p.token(t, "https://vault.azure.net")
	page := open(t, p)
	page.sees(t, "#live.on")
	page.click(t, "#clock-90d")
	page.sees(t, "#tokens .badge.old")
	require.Contains(t, page.text(t, "#clock"), "90 days ahead")
	require.Equal(t, http.StatusUnauthorized, p.secret(t, token))
	page.click(t, "#clock-reset")
	page.do(t, chromedp.WaitNotPresent(chromedp.CSS("#tokens .badge.old")))
	require.Equal(t, http.StatusOK, p.secret(t, token))
}

// A page that is open notices that the program has ended, and shows the next run.
func TestPageOutlivesTheProgram(t *testing.T) {
	t.Parallel()
	p := start(t, "-sql=off")
	p.token(t, "https://vault.azure.net")
	page := open(t, p)
	page.sees(t, "#live.on")
	page.sees(t, `li[data-number="1"]`)
	p.stop()
	page.sees(t, "#live.off")
	require.Contains(t, page.text(t, "#live"), "not connected")
	address, err := url.Parse(p.status)
	require.NoError(t, err)
	start(t, "-sql=off", "-http", address.Port())
	page.do(t, chromedp.WaitNotPresent(chromedp.CSS(`li[data-number="1"]`)))
	page.sees(t, "#live.on")
	page.forgive() // it could not connect for a while
}

func withoutScripts(ctx context.Context, target *chromedp.Target) error {
	_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	return err
}

func TestPageWithoutJavaScript(t *testing.T) {
	t.Parallel()
	p := start(t)
	token := p.token(t, "https://vault.azure.net")
	require.Equal(t, http.StatusUnauthorized, p.secret(t, "nonsense"))
	page := open(t, p, chromedp.Func(withoutScripts))
	page.sees(t, "noscript")
	require.Contains(t, page.text(t, "li.denied"), "the token is not a JWT of three parts")
	page.click(t, "#switch-keyvault")
	page.sees(t, "#switch-keyvault[aria-checked=true]")
	require.Equal(t, http.StatusServiceUnavailable, p.secret(t, token))
	page.do(t, chromedp.Reload())
	require.Contains(t, page.text(t, "li.fault"), "keyvault.get")
	page.click(t, "#switch-keyvault")
	page.sees(t, "#switch-keyvault[aria-checked=false]")
	require.Equal(t, http.StatusOK, p.secret(t, token))
	page.do(t,
		chromedp.SendKeys(chromedp.CSS("#clock [name=by]:not(button)"), "1h"),
		chromedp.Click(chromedp.CSS("#clock form:last-of-type button")),
		chromedp.WaitVisible(chromedp.CSS("#clock-reset:enabled")))
	require.Contains(t, page.text(t, "#clock"), "1h ahead")
	page.picture(t, "noscript")
}

// What a client sends is never more than text.
func TestRequestsAreText(t *testing.T) {
	t.Parallel()
	p := start(t)
	page := open(t, p)
	page.sees(t, "#live.on")
	const path = "/secrets/%3Cimg%20src=x%20onerror=window.pwned=1%3E?api-version=7.4"
	p.get(t, "https://mytestkeyvault.vault.azure.net"+path, "Authorization: Bearer "+p.token(t, "https://vault.azure.net"))
	page.sees(t, "li.refused .reason")
	require.Contains(t, page.text(t, "li.refused .reason"), "<img src=x")
	page.do(t, chromedp.Reload(), chromedp.WaitVisible(chromedp.CSS("#live.on")))
	require.Contains(t, page.text(t, "li.refused .reason"), "<img src=x")
	require.False(t, evaluate[bool](t, page, "'pwned' in window || document.images.length > 0"))
}

// On a phone and in the dark everything is there, and nothing is cut off.
func TestPageFits(t *testing.T) {
	t.Parallel()
	p := start(t)
	require.Equal(t, http.StatusUnauthorized, p.secret(t, p.token(t, "https://management.azure.com/")))
	page := open(t, p)
	page.sees(t, "#live.on")
	for _, size := range []struct {
		name          string
		width, height int64
		scheme        string
	}{
		{"laptop", 1440, 900, "light"}, {"laptop-dark", 1440, 900, "dark"}, {"tablet", 820, 1180, "light"}, {"phone", 360, 780, "light"}, {"phone-dark", 360, 780, "dark"},
	} {
		page.do(t,
			chromedp.EmulateViewport(size.width, size.height),
			chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
				_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
					Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: size.scheme}},
				})
				return err
			}))
		require.LessOrEqual(t, evaluate[int64](t, page, "document.documentElement.scrollWidth"), size.width, size.name)
		for _, part := range []chromedp.CSS{"#requests", "#faults", "#clock", "#tokens", "#identities", "#vaults", "#groups", "#sas", "#files", "#databases"} {
			page.sees(t, part)
		}
		light := evaluate[bool](t, page, "getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0] > 128")
		require.Equal(t, size.scheme == "light", light, size.name)
		page.picture(t, size.name)
	}
}
