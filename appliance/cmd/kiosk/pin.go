package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"sunbeon/appliance/console"
)

// pinCommand prints the hash of a PIN for office.toml.
func pinCommand(args []string, in io.Reader, out io.Writer) error {
	if len(args) > 0 {
		return fmt.Errorf("kiosk pin: takes no arguments, so that no PIN stands in the shell's history: it asks for it")
	}
	fmt.Fprint(out, "PIN (4 to 12 digits): ")
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && line == "" {
		return fmt.Errorf("kiosk pin: no PIN was given: %w", err)
	}
	hash, err := console.HashPIN(strings.TrimSpace(line))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\nput this into office.toml, as pin of a counter or as console.manager_pin:\n%s\n", hash)
	return nil
}
