package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sunbeon/appliance/feed/identity"
	"sunbeon/appliance/feed/link"
	"sunbeon/display/web/enrol"
)

// enrollCommand is `cityweb enroll`: the city's authority. A website that runs
// with the same -ca needs no restart.
func enrollCommand(args []string, out io.Writer, now func() time.Time) error {
	f := flag.NewFlagSet("cityweb enroll", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	dir := f.String("ca", "var/ca", "`folder` of the city's authority")
	start := f.Bool("init", false, "make the authority; again: new certificates for broker and website")
	city := f.String("city", "city", "with -init: the city's `name` in topics")
	host := f.String("host", "", "with -init: `names` and addresses of the broker, with commas between")
	replicas := f.Int("replicas", 1, "with -init: how many processes of the website there are")
	office := f.String("office", "", "a one-time code for the office with this `id`, good for 24 hours")
	revoke := f.String("revoke", "", "take certificates and rights from the office with this `id`")
	list := f.Bool("list", false, "list the offices and the city's programs, and until when their certificates are good")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(out, "cityweb enroll: certificates for offices; one of -init, -office, -revoke, -list")
			f.SetOutput(out)
			f.PrintDefaults()
			return errHelp
		}
		return fmt.Errorf("cityweb enroll: %w; cityweb enroll -help lists the flags", err)
	}
	asked := 0
	for _, yes := range []bool{*start, *office != "", *revoke != "", *list} {
		if yes {
			asked++
		}
	}
	if asked != 1 || f.NArg() > 0 {
		return errors.New("cityweb enroll: say one of -init, -office ID, -revoke ID and -list; cityweb enroll -help lists the flags")
	}
	if *start {
		a, err := enrol.Init(*dir, *city, strings.FieldsFunc(*host, func(r rune) bool { return r == ',' || r == ' ' }), *replicas, now)
		if err != nil {
			return fmt.Errorf("cityweb: %w", err)
		}
		return begun(out, *dir, a, *replicas)
	}
	a, err := enrol.Open(*dir, now)
	if err != nil {
		return fmt.Errorf("cityweb: %w", err)
	}
	switch {
	case *office != "":
		code, err := a.Offer(*office)
		if err != nil {
			return fmt.Errorf("cityweb: %w", err)
		}
		fmt.Fprintf(out, "code of %s, once, until %s:\n%s\non the kiosk: kiosk enroll -config office.toml -city https://ADDRESS-OF-THIS-WEBSITE -code %s\n",
			*office, now().Add(enrol.CodeFor).Local().Format("2006-01-02 15:04"), code, code)
		reload(out, *dir)
	case *revoke != "":
		if err := a.Revoke(*revoke); err != nil {
			return fmt.Errorf("cityweb: %w", err)
		}
		fmt.Fprintf(out, "%s is revoked; it is cut off when the broker has read its lists again:\n", *revoke)
		reload(out, *dir)
	default:
		return listed(out, a, now())
	}
	return nil
}

// begun says what is to be done once after -init.
func begun(out io.Writer, dir string, a *enrol.Authority, replicas int) error {
	at, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("cityweb: %w", err)
	}
	fmt.Fprintf(out, "authority of %s, until %s, in %s: keep a copy of this folder where only the city has it\n", a.City(), a.Certificate().NotAfter.Local().Format(time.DateOnly), at)
	fmt.Fprintf(out, "mosquitto:  chgrp -R mosquitto %[1]s/broker && chmod 2750 %[1]s/broker && ln -sf %[1]s/broker/sunbeon-tls.conf /etc/mosquitto/conf.d/ && systemctl restart mosquitto\n", at)
	for i := range replicas {
		fmt.Fprintf(out, "website %d:  cityweb -broker ssl://BROKER:8883 -identity %s/city@%d -ca %s\n", i+1, at, i+1, at)
	}
	return nil
}

// reload says how the broker is told.
func reload(out io.Writer, dir string) {
	fmt.Fprintf(out, "for the broker (docs/enrol.md; on another machine copy %s first):\n  systemctl reload mosquitto     or     nats-server --signal reload\n", filepath.Join(dir, "broker"))
}

// listed is a line for the authority, for each of the city's programs, and for each
// office.
func listed(out io.Writer, a *enrol.Authority, now time.Time) error {
	all, err := a.Offices()
	if err != nil {
		return fmt.Errorf("cityweb: %w", err)
	}
	own, err := a.Own()
	if err != nil {
		return fmt.Errorf("cityweb: %w", err)
	}
	fmt.Fprintf(out, "authority  until %s\n", a.Certificate().NotAfter.Local().Format(time.DateOnly))
	for _, name := range slices.Sorted(maps.Keys(own)) {
		fmt.Fprintf(out, "%s  certificate until %s\n", name, own[name].Local().Format(time.DateOnly))
	}
	for _, o := range all {
		said := "no certificate"
		if until, ok := o.Until(); ok {
			said = "certificate until " + until.Local().Format(time.DateOnly)
		}
		if until, ok := o.Open(now); ok {
			said += ", code open until " + until.Local().Format("2006-01-02 15:04")
		}
		if !o.Allowed {
			said = "revoked"
		}
		fmt.Fprintf(out, "%s  %s\n", o.ID, said)
	}
	return nil
}

// identified says to the link who this process is by its certificate; without one,
// on a broker of this machine, the intake's name for it is enough. The client id is
// the name, so that two processes do not end each other's connections.
func identified(to link.Config, folder string) (link.Config, error) {
	if folder == "" {
		return to, nil
	}
	files := identity.Folder(folder)
	leaf, err := files.Leaf()
	if err != nil {
		return to, fmt.Errorf("cityweb: -identity %s: %w (of the website: `cityweb enroll -init`)", folder, err)
	}
	to.TLS, to.ClientID = files.TLS, leaf.Subject.CommonName
	return to, nil
}

// enrolling answers offices that come with a code; nil without a folder.
func enrolling(dir, city string, log *slog.Logger) (http.Handler, error) {
	if dir == "" {
		return nil, nil
	}
	a, err := enrol.Open(dir, time.Now)
	if err != nil {
		return nil, fmt.Errorf("cityweb: -ca: %w", err)
	}
	if a.City() != city {
		return nil, fmt.Errorf("cityweb: -ca %s is of the city %q and -city says %q: give the same", dir, a.City(), city)
	}
	return a.Handler(log.With("part", "enrol")), nil
}
