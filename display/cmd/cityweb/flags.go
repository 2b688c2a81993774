package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"strings"

	"sunbeon/appliance/feed"
	"sunbeon/display/web"
	"sunbeon/display/web/limit"
)

// errHelp: the usage was asked for, and printed.
var errHelp = errors.New("cityweb: usage printed")

// options are what the command line says.
type options struct {
	listen  string
	city    string
	brokers []string
	mqtt    string
	data    string
	store   string // DSN or path; empty is a file in data
	replica string
	ca      string
	as      string // folder of the certificate
	name    web.Words
	outline string

	push       string // whom push services may ask
	webhook    string
	webhookKey string

	metrics string // host:port; "" is off
	json    bool   // logs as JSON
	proxies []netip.Prefix
	https   bool
	keys    string // file of the national format's service keys; "" is open to all
}

// surroundings are what the program finds beside its command line.
type surroundings struct {
	store string // SUNBEON_STORE: an address with a password is not for a command line
	host  string // the machine's name
}

// parse reads the command line. An error says what to write instead.
func parse(args []string, around surroundings, usage io.Writer) (options, error) {
	var o options
	var name string
	f := flag.NewFlagSet("cityweb", flag.ContinueOnError)
	f.SetOutput(io.Discard) // errors are printed once, by main
	f.StringVar(&o.listen, "listen", "127.0.0.1:8480", "`host:port` of the website")
	f.StringVar(&o.city, "city", "city", "the city's `name` in topics: letters, digits, - and _")
	f.Func("broker", "`url` of the city's MQTT broker, e.g. tcp://10.0.0.5:1883; may be repeated, or a comma list (default: our own, see -mqtt)", func(v string) error {
		for one := range strings.SplitSeq(v, ",") {
			u, err := url.Parse(strings.TrimSpace(one))
			if err != nil || u.Host == "" || u.Scheme != "tcp" && u.Scheme != "ssl" {
				return fmt.Errorf("write it like tcp://host:1883 or ssl://host:8883")
			}
			o.brokers = append(o.brokers, u.String())
		}
		return nil
	})
	f.StringVar(&o.mqtt, "mqtt", "127.0.0.1:1883", "`host:port` of our own broker, when there is no -broker")
	f.StringVar(&o.data, "data", "var/city", "`folder` of what is kept in files")
	f.StringVar(&o.store, "store", "", "`path` of a SQLite file, or a postgres:// address, which several replicas may share; better in SUNBEON_STORE, where nobody sees its password (default: city.db in -data)")
	f.StringVar(&o.replica, "replica", plain(around.host), "`name` of this process among those that share a city: letters, digits, - and _; the same at every start")
	f.StringVar(&o.ca, "ca", "", "`folder` of cityweb enroll: offices are enrolled here; empty is off")
	f.StringVar(&o.as, "identity", "", "`folder` of this process's certificate for ssl:// brokers, city@1 in that of -ca")
	f.StringVar(&name, "name", "우리 시/Our City", "the city's `name` on the pages: Korean/English")
	f.StringVar(&o.push, "push", "", "`address`, for mail or https, of whom browsers' push services may ask about our messages; without it none are offered")
	f.StringVar(&o.webhook, "webhook", "", "`url` of the gateway of text messages (docs/webhook.md); without it none are offered")
	f.StringVar(&o.webhookKey, "webhook-key", "", "`file` of the secret that signs what is posted there")
	f.StringVar(&o.metrics, "metrics", "", "`host:port` where Prometheus may read the metrics, never a public one; empty is off")
	f.Func("log", "`form` of the log: text or json (default text)", func(v string) error {
		if o.json = v == "json"; !o.json && v != "text" {
			return errors.New("write text or json")
		}
		return nil
	})
	o.proxies = loopback()
	f.Func("trusted-proxy", "`addresses` or ranges of the proxies in front, a comma list, may be repeated: their X-Forwarded-For says who asks (default: this machine's own)", func(v string) error {
		p, err := limit.Prefixes(v)
		o.proxies = append(o.proxies, p...)
		return err
	})
	f.BoolVar(&o.https, "https", false, "citizens reach the site by https alone: browsers shall remember it")
	f.StringVar(&o.keys, "national-keys", "", "`file` with the service keys of the national format, one a line; empty opens it to everybody")
	f.StringVar(&o.outline, "outline", "", "GeoJSON `file` of the city's area, drawn on the map behind the offices (default: none)")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(usage, "cityweb: the city's website and its end of the feed")
			f.SetOutput(usage)
			f.PrintDefaults()
			return o, errHelp
		}
		return o, fmt.Errorf("cityweb: %w; cityweb -help lists the flags", err)
	}
	if f.NArg() > 0 {
		return o, fmt.Errorf("cityweb: %q is no flag; cityweb -help lists them", f.Arg(0))
	}
	if err := (feed.Address{City: o.city, Office: "x"}).Check(); err != nil {
		return o, fmt.Errorf("cityweb: -city: %w", err)
	}
	addresses := []struct{ flag, value string }{{"-listen", o.listen}, {"-mqtt", o.mqtt}}
	if o.metrics != "" {
		addresses = append(addresses, struct{ flag, value string }{"-metrics", o.metrics})
	}
	for _, a := range addresses {
		if _, _, err := net.SplitHostPort(a.value); err != nil {
			return o, fmt.Errorf("cityweb: %s %q: write it like 127.0.0.1:8480", a.flag, a.value)
		}
	}
	if o.data == "" {
		return o, errors.New("cityweb: -data is empty: name a folder for the facts")
	}
	if o.store == "" {
		o.store = around.store
	}
	if o.replica == "" || len(o.replica) > 64 || o.replica != plain(o.replica) {
		return o, errors.New("cityweb: -replica: write 1 to 64 letters, digits, - and _")
	}
	if o.push != "" && !strings.HasPrefix(o.push, "https://") {
		if _, err := mail.ParseAddress(o.push); err != nil {
			return o, fmt.Errorf("cityweb: -push %q: write it like queue@city.example or https://city.example/contact", o.push)
		}
	}
	if (o.webhook == "") != (o.webhookKey == "") {
		return o, errors.New("cityweb: -webhook and -webhook-key go together: give both, or neither")
	}
	ko, en, _ := strings.Cut(name, "/")
	if o.name = (web.Words{Ko: strings.TrimSpace(ko), En: strings.TrimSpace(en)}); o.name.Ko == "" {
		return o, errors.New(`cityweb: -name is empty: write it like "수정시/Sujeong City"`)
	}
	return o, nil
}

// plain makes a name that may be part of a client id, of none one that is the same
// at every start.
func plain(name string) string {
	if name == "" {
		return "main"
	}
	name = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		}
		return '-'
	}, name)
	return name[:min(len(name), 64)]
}

// loopback is this machine: only its own programs reach us from there.
func loopback() []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
}
