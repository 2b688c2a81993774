package proxy

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestBrowserSeesLiveUpdates in a page from the cache, on a compressed stream
// through the proxy.
func TestBrowserSeesLiveUpdates(t *testing.T) {
	const chromium = "/usr/bin/chromium"
	if _, err := os.Stat(chromium); err != nil {
		t.Skipf("NOTICE: THE PAGES ARE NOT TESTED IN A BROWSER: %v (apt-get install chromium)", err)
	}
	c, o, base := behindNginx(t)
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(time.Minute))
	alloc, end := chromedp.NewExecAllocator(context.Background(), opts...)
	defer end()
	ctx, done := chromedp.NewContext(alloc)
	defer done()
	for _, path := range []string{"/", "/o/CS0001"} {
		if err := chromedp.Do(ctx, chromedp.Navigate(base+path)); err != nil {
			t.Fatal(err)
		}
		eventually(t, path+" is live", func() bool { return o.asked("GET "+events(path)) > 0 })
		for _, n := range []int{41, 42} {
			c.waits(n)
			eventually(t, fmt.Sprintf("%d on %s", n, path), func() bool {
				ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](fmt.Sprintf(`document.querySelector("[data-office] .total").textContent.includes("%d명")`, n)))
				if err != nil {
					t.Fatal(err)
				}
				return ok
			})
		}
	}
}

func events(path string) string {
	if path == "/" {
		return "/events"
	}
	return path + "/events"
}
