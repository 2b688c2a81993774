package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"sunbeon/appliance/feed/identity"
)

// enrollCommand gets the office's certificate against a one-time code. The kiosk
// may run meanwhile: it uses the new one from its next connection on.
func enrollCommand(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	f := flag.NewFlagSet("kiosk enroll", flag.ContinueOnError)
	f.SetOutput(out)
	path := f.String("config", "", "the office's file, office.toml")
	data := f.String("data", "var/kiosk", "folder of the record, unless office.toml names one")
	city := f.String("city", "", "address of the city's website, e.g. https://min.example.go.kr")
	said := f.String("code", "", "the code that the city gave; it is asked for if left out")
	if err := f.Parse(args); err != nil {
		return err
	}
	switch {
	case f.NArg() > 0:
		return fmt.Errorf("kiosk enroll: %q is too much; the flags stand under kiosk enroll -h", f.Args())
	case *path == "":
		return errors.New("kiosk enroll: no office: give -config office.toml")
	case *city == "":
		return errors.New("kiosk enroll: no city: give -city with the address of its website, e.g. https://min.example.go.kr")
	}
	file, err := load(options{config: *path, data: *data})
	if err != nil {
		return err
	}
	if *said == "" {
		fmt.Fprint(out, "code: ")
		if *said, err = bufio.NewReader(in).ReadString('\n'); err != nil && *said == "" {
			return fmt.Errorf("kiosk enroll: no code was given: %w", err)
		}
	}
	code, err := identity.ParseCode(strings.TrimSpace(*said))
	if err != nil {
		return err
	}
	files := file.Feed.Identity
	configured := files != (identity.Files{})
	if !configured {
		beside, err := filepath.Abs(filepath.Dir(file.Journal.Path))
		if err != nil {
			return fmt.Errorf("kiosk enroll: %w", err)
		}
		files = identity.Folder(beside)
	}
	client := &http.Client{Timeout: 30 * time.Second}
	leaf, err := files.Enrol(ctx, client, *city, file.Address.Office, code)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "kiosk: enrolled as %s until %s\n", leaf.Subject.CommonName, leaf.NotAfter.Local().Format(time.DateOnly))
	if !configured {
		fmt.Fprintf(out, "put these lines into [feed] of %s, with the city's brokers as ssl://, and start the kiosk again:\nca = %q\ncertificate = %q\nkey = %q\n",
			*path, files.CA, files.Certificate, files.Key)
	}
	return nil
}
