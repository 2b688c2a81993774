package config

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// lines knows on which line each key and table of a file stands, by paths such
// as "services[1].numbers".
type lines map[string]int

// index reads the file's structure once more, for the lines alone. The file has
// been decoded before, so that it is known to be well-formed.
func index(b []byte) lines {
	where := lines{}
	count := map[string]int{}
	var p unstable.Parser
	p.Reset(b)
	table := ""
	for p.NextExpression() {
		e := p.Expression()
		var key []string
		line := 0
		for it := e.Key(); it.Next(); {
			n := it.Node()
			if line == 0 {
				line = 1 + bytes.Count(b[:n.Raw.Offset], []byte("\n"))
			}
			key = append(key, string(n.Data))
		}
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = resolve(key, count)
			if e.Kind == unstable.ArrayTable {
				count[table]++
				table = fmt.Sprintf("%s[%d]", table, count[table]-1)
			}
			where[table] = line
		case unstable.KeyValue:
			path := strings.Join(key, ".")
			if table != "" {
				path = table + "." + path
			}
			where[path] = line
		}
	}
	return where
}

// resolve is the path of a table: of an array on the way there the last element
// is meant.
func resolve(key []string, count map[string]int) string {
	path := ""
	for i, k := range key {
		if i > 0 {
			if n := count[path]; n > 0 {
				path += fmt.Sprintf("[%d]", n-1)
			}
			path += "."
		}
		path += k
	}
	return path
}

// line of the key, or of the table it is missing from, or of the file's first
// line.
func (l lines) line(path string) int {
	for {
		if n, ok := l[path]; ok {
			return n
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return 1
		}
		path = path[:cut]
	}
}
