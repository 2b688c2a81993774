package queue

import (
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestImports keeps the core pure: the standard library only, and nothing of it
// that reads a clock it was not given, draws numbers or does I/O.
func TestImports(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		checked++
		tree, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range tree.Imports {
			path, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			root, _, _ := strings.Cut(path, "/")
			switch {
			case strings.Contains(root, "."), root == "sunbeon":
				t.Errorf("%s imports %s: the core uses the standard library only", f.Name(), path)
			case root == "os", root == "net", root == "syscall", root == "log", path == "math/rand", path == "math/rand/v2", root == "crypto":
				t.Errorf("%s imports %s: the core does no I/O and draws no number", f.Name(), path)
			}
		}
		source, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, clock := range []string{"time.Now", "time.Since(", "time.Until(", "time.Local", "time.LoadLocation"} {
			if strings.Contains(string(source), clock) {
				t.Errorf("%s uses %s: time comes with the input", f.Name(), clock)
			}
		}
	}
	if checked < 8 {
		t.Fatalf("only %d files found", checked)
	}
}
