package web

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestPictures is for people who change the pages: SUNBEON_PICTURES names the
// folder that they go to.
func TestPictures(t *testing.T) {
	if os.Getenv("SUNBEON_PICTURES") == "" {
		t.Skip("nobody wants pictures: SUNBEON_PICTURES names no folder")
	}
	base := serving(t, uijeongbu(15, time.Now()))
	b := newBrowser(t)
	for name, path := range map[string]string{"front": "/", "front-en": "/en/?sort=wait", "office": "/o/CS0001", "office-near": "/o/CS0006", "map-en": "/en/map", "office-en": "/en/o/CS0001", "map": "/map", "stale": "/o/CS0009", "observed": "/o/CS0011", "unheard": "/o/CS0015", "refusal": "/o/none"} {
		b.picture(t, handy(), base+path, name+"-390")
		b.picture(t, desktop(), base+path, name+"-1280")
	}
	for name, path := range map[string]string{"widget": "/widget/CS0001", "widget-en": "/en/widget/CS0007", "widget-stale": "/widget/CS0009", "widget-observed": "/widget/CS0011"} {
		b.picture(t, size{240, 300, 1}, base+path, name+"-240")
		b.picture(t, size{400, 300, 1}, base+path, name+"-400")
	}
}

// picture keeps a screenshot in the folder SUNBEON_PICTURES.
func (b *browser) picture(t *testing.T, s size, url, name string) {
	t.Helper()
	p := b.open(t, s, url)
	defer p.close()
	png, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(os.Getenv("SUNBEON_PICTURES"), name+".png"), png, 0o644); err != nil {
		t.Fatal(err)
	}
}
