package virtual

import (
	"bytes"
	"encoding/base64"
	"errors"
	"image"
	"image/png"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// outside is the folder with the judges' node_modules.
func outside(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("SUNBEON_OUTSIDE")
	if dir == "" {
		t.Skip("SKIPPED: THE OUTSIDE JUDGES receiptio AND receiptline DID NOT RUN: set SUNBEON_OUTSIDE to a copy of testdata/outside after `npm ci`")
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "receiptio")); err != nil {
		t.Fatalf("SUNBEON_OUTSIDE is set but the judges are not there: %v; run `npm ci` in it", err)
	}
	return dir
}

// receiptio is a host that knows nothing of us. Its port is always 9100, so every case
// has a loopback address of its own.
func TestReceiptio(t *testing.T) {
	dir := outside(t)
	for i, c := range []struct {
		name  string
		fault func(*Printer)
		args  []string
		exit  int
	}{
		{"healthy", func(*Printer) {}, []string{"-p", "escpos", "-l", "ko"}, 0},
		{"healthy generic", func(*Printer) {}, []string{"-p", "generic", "-l", "ko"}, 0},
		{"healthy found out by itself", func(*Printer) {}, []string{"-l", "ko"}, 0},
		{"noise on the line", func(p *Printer) { p.Garbage(true) }, []string{"-q"}, 100},
		{"asked", func(*Printer) {}, []string{"-q"}, 100},
		{"cover open", (*Printer).OpenCover, []string{"-p", "escpos"}, 101},
		{"paper out", (*Printer).PaperOut, []string{"-p", "escpos"}, 102},
		{"paper out while printing", func(p *Printer) { p.PaperOutAfter(20) }, []string{"-p", "escpos"}, 102},
		{"paper low prints", func(p *Printer) { p.PaperLow(true) }, []string{"-p", "escpos"}, 0},
		{"overheated", func(p *Printer) { p.Overheat(true) }, []string{"-p", "escpos"}, 103},
		{"cutter jams", (*Printer).JamCutter, []string{"-p", "escpos"}, 103},
		{"silent", func(p *Printer) { p.Silence(true) }, []string{"-p", "escpos"}, 104},
		{"swallows", func(p *Printer) { p.Swallow(true) }, []string{"-p", "escpos"}, 104},
		{"no power", func(p *Printer) { p.CutPowerAfter(0) }, []string{"-p", "escpos"}, 105},
		{"power cut while printing", func(p *Printer) { p.CutPowerAfter(500) }, []string{"-p", "escpos"}, 105},
		{"too slow", nil, []string{"-p", "escpos", "-t", "1"}, 106},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cfg := full
			if c.fault == nil {
				cfg.Speed = 2
			}
			p := New(cfg)
			if c.fault != nil {
				c.fault(p)
			}
			addr := net.IPv4(127, 91, 0, byte(i+1)).String()
			ln, err := net.Listen("tcp", net.JoinHostPort(addr, "9100"))
			if err != nil {
				t.Fatal(err)
			}
			go func() { _ = p.ListenTCP(t.Context(), ln) }()
			cmd := exec.CommandContext(t.Context(), "node", append([]string{"node_modules/receiptio/bin/cli.js", "-d", addr}, c.args...)...)
			cmd.Dir = dir
			cmd.Stdin = strings.NewReader(receipt(t))
			out, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				t.Fatalf("node: %v", err)
			}
			if got := cmd.ProcessState.ExitCode(); got != c.exit {
				t.Fatalf("exit %d (%s), want %d; %+v", got, bytes.TrimSpace(out), c.exit, p.State())
			}
			if c.exit == 0 {
				if st := p.State(); st.Pieces != 1 || len(st.Unknown) > 0 && c.name != "healthy found out by itself" {
					t.Errorf("%+v", st)
				}
			}
		})
	}
}

// receiptDoc is what both judges print; IMAGE stands for a picture.
const receiptDoc = `{width:auto}
^^^^의정부시청 민원실
"여권 신청" | ^^117
---
대기인수 | 12명
예상 | 25~40분
{b:line;w:10,*}
|업무|창구|
{b:none}
{i:IMAGE}
{code:https://queue.example.go.kr/t/117;option:qrcode,4,M}
감사합니다 |
`

// receiptText is what a person reads on it: ~ is a space in this language, three-fold
// letters do not fit the first line.
var receiptText = []string{
	"의정부시청 민원",
	"실",
	"여권 신청                                    117",
	"────────────────────────────────────────────────",
	"대기인수                                    12명",
	"예상                                     25 40분",
	"╭──────────┬───────────────────────────────────╮",
	"│   업무   │               창구               │",
	"╰──────────┴───────────────────────────────────╯",
	"감사합니다",
}

// receipt is receiptDoc with a black square of 48 dots.
func receipt(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 48, 48))); err != nil {
		t.Fatal(err)
	}
	return strings.Replace(receiptDoc, "IMAGE", base64.StdEncoding.EncodeToString(b.Bytes()), 1)
}

// TestReceiptline decodes what an independent encoder wrote.
func TestReceiptline(t *testing.T) {
	dir := outside(t)
	const program = `
const doc = require('fs').readFileSync(0, 'utf8');
const out = require('receiptline').transform(doc, { cpl: 48, encoding: 'cp949', command: process.argv[1] });
process.stdout.write(Buffer.from(out, 'binary'));`
	for _, command := range []string{"escpos", "epson", "citizen", "fit", "generic"} {
		t.Run(command, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), "node", "-e", program, command)
			cmd.Dir = dir
			cmd.Stdin = strings.NewReader(receipt(t))
			sent, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			bench(t, full, func(h *host) {
				h.send(string(sent))
				h.answers("\x00")
				pc := h.last()
				var got []string
				for _, l := range pc.Lines {
					if s := strings.TrimSpace(l.Text); s != "" {
						got = append(got, s)
					}
				}
				if !slices.Equal(got, receiptText) {
					t.Errorf("read %q, want %q", got, receiptText)
				}
				if pc.Rasters != 2 {
					t.Errorf("%d images, want the picture and the code", pc.Rasters)
				}
				if !slices.Equal(pc.QRs, []string{"https://queue.example.go.kr/t/117"}) {
					t.Errorf("QR codes %q", pc.QRs)
				}
				if len(pc.Unknown) > 0 {
					t.Errorf("unknown %q", pc.Unknown)
				}
			})
		})
	}
}
