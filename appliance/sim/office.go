package sim

import _ "embed"

//go:embed office.toml
var office []byte

// Office is the office.toml of the bench.
func Office() []byte { return office }
