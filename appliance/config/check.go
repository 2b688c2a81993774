package config

import (
	"cmp"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/feed/identity"
	"sunbeon/appliance/queue"
	"sunbeon/printer"
)

// file turns the document into what the programs use, and lists what is wrong.
func (d *document) file() (*File, []queue.Problem) {
	var problems []queue.Problem
	add := func(path, format string, args ...any) {
		problems = append(problems, queue.Problem{Path: path, Message: fmt.Sprintf(format, args...)})
	}
	f := &File{
		Address: feed.Address{City: d.Office.City, Office: d.Office.ID},
		Where: feed.Where{Stdg: d.Office.Stdg, Road: d.Office.Road, Lot: d.Office.Lot, Lat: d.Office.Lat, Lon: d.Office.Lon,
			Weekdays: d.Office.Weekdays, Night: d.Office.Night, Weekend: d.Office.Weekend},
		Notices: d.Office.Notices,
		Printer: Printer{ReprintWithin: 10 * time.Minute},
		Console: Console{Listen: d.Console.Listen, ManagerPIN: d.Console.ManagerPIN, PINs: map[int]string{}},
		Feed: Feed{Brokers: d.Feed.Brokers, Username: d.Feed.Username, Password: d.Feed.Password,
			Identity: identity.Files{CA: d.Feed.CA, Certificate: d.Feed.Certificate, Key: d.Feed.Key}},
		Ticket:  Ticket{Message: d.Ticket.Message, Page: d.Ticket.Page},
		Journal: Journal{Path: d.Journal.Path},
		Arrival: Arrival{Code: d.Arrival.Code},
	}
	d.queue(f, add)
	d.box(f, add)
	d.wires(f, add)
	d.seen(f, add)
	return f, append(problems, f.Queue.Check()...)
}

type report func(path, format string, args ...any)

func (d *document) queue(f *File, add report) {
	q := &f.Queue
	q.Office = queue.Office{ID: d.Office.ID, Name: d.Office.Name, NameEn: d.Office.NameEn}
	var off []string
	for i, day := range d.Office.Holidays {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			add("office.holidays", "holiday %d, %q, is no date: write 2026-12-25", i+1, day)
			continue
		}
		off = append(off, day)
	}
	for i, s := range d.Services {
		at := func(key string) string { return fmt.Sprintf("services[%d].%s", i, key) }
		v := queue.Service{ID: s.ID, Name: s.Name, NameEn: s.NameEn, Prefix: s.Prefix, Quota: s.Quota, Online: s.Online,
			OnlineQuota: s.OnlineQuota, Arrival: s.Arrival, Priority: s.Priority, Handling: int(time.Duration(s.Handling) / time.Second)}
		var err error
		if v.First, v.Last, err = band(s.Numbers); err != nil {
			add(at("numbers"), "%v", err)
			v.First, v.Last = 1, 1 // said already
		}
		if v.Open, err = hours(s.Open, off); err != nil {
			add(at("open"), "%v", err)
		}
		if v.Issuing, err = hours(cmp.Or(s.Issuing, s.Open), off); err != nil {
			add(at("issuing"), "%v", err)
		}
		q.Services = append(q.Services, v)
	}
	for i, k := range d.Counters {
		rule := queue.Rule(cmp.Or(k.Rule, string(queue.RuleLongest)))
		q.Counters = append(q.Counters, queue.Counter{Number: k.Number, Name: k.Name, Services: k.Services, Weights: k.Weights, Rule: rule})
		if k.PIN != "" {
			f.Console.PINs[k.Number] = k.PIN
			d.pin(k.PIN, fmt.Sprintf("counters[%d].pin", i), add)
		}
	}
	for i, sh := range d.Shifts {
		when, err := hours(sh.Hours, off)
		if err != nil {
			add(fmt.Sprintf("shifts[%d].hours", i), "%v", err)
		}
		q.Shifts = append(q.Shifts, queue.Shift{Counter: sh.Counter, When: when, Services: sh.Services, Closed: sh.Closed})
	}
	r := d.Rules
	q.Rules = queue.Rules{PriorityRun: 1, TransferKeepsPlace: r.TransferKeeps, LateWithin: 10,
		LatePlace: queue.LatePlace(cmp.Or(r.LatePlace, string(queue.LateFront))), LateAfter: r.LateAfter, DelayMost: r.DelayMost,
		DayStarts: 4 * 60, DayJumpLimit: cmp.Or(r.DayJumpLimit, 14)}
	if r.PriorityRun != nil {
		q.Rules.PriorityRun = *r.PriorityRun
	}
	if r.LateWithin != nil {
		late := time.Duration(*r.LateWithin)
		if late%time.Minute != 0 {
			add("rules.late_within", "%v is not in whole minutes: write e.g. \"10m\", or \"0s\" for the whole day", late)
		}
		q.Rules.LateWithin = int(late / time.Minute)
	}
	if r.DayStarts != "" {
		m, err := minute(r.DayStarts)
		if err != nil {
			add("rules.day_starts", "%v", err)
		}
		q.Rules.DayStarts = m
	}
}

// leastReprint is long enough for the slowest printer.
const leastReprint = 10 * time.Second

// box checks what is not the queue's.
func (d *document) box(f *File, add report) {
	if err := f.Address.Check(); err != nil && f.Queue.Office.ID != "" {
		add("office.city", "city %q and id %q name the office on the wire: use letters, digits, - and _", d.Office.City, d.Office.ID)
	}
	if d.Printer.ReprintWithin != nil {
		f.Printer.ReprintWithin = time.Duration(*d.Printer.ReprintWithin)
		if f.Printer.ReprintWithin < leastReprint {
			add("printer.reprint_within", "%v is too short for a ticket to come out: write at least %v", f.Printer.ReprintWithin, leastReprint)
		}
	}
	if err := d.profile(f); err != nil {
		add("printer.profile", "%v", err)
	}
	if w := f.Where; w.Lat < -90 || w.Lat > 90 || w.Lon < -180 || w.Lon > 180 {
		add("office.latitude", "%v, %v is no place: write degrees, e.g. latitude = 37.7381 and longitude = 127.0337", w.Lat, w.Lon)
	}
	if f.Where.Stdg != "" && !allDigits(f.Where.Stdg, 10) {
		add("office.stdg", "%q: write the ten digits of the district's code", f.Where.Stdg)
	}
	if p := d.Printer.port; p != (port{}) {
		// What the models are set to at the factory, and XON/XOFF, without which a
		// full receive buffer drops bytes silently.
		p.Baud, p.Flow = cmp.Or(p.Baud, 115200), cmp.Or(p.Flow, "xonxoff")
		at, err := p.read(onNet | onPrinter | onSerial)
		problem(add, "printer.port", err)
		f.Printer.Port = &at
	}
	if f.Console.Listen != "" {
		if _, _, err := net.SplitHostPort(f.Console.Listen); err != nil {
			add("console.listen", "%q: write address:port, e.g. 0.0.0.0:8470", f.Console.Listen)
		}
	}
	if f.Console.ManagerPIN != "" {
		d.pin(f.Console.ManagerPIN, "console.manager_pin", add)
	}
	for _, b := range f.Feed.Brokers {
		u, err := url.Parse(b)
		if err != nil || u.Host == "" || u.Scheme != "tcp" && u.Scheme != "ssl" {
			add("feed.brokers", "%q: write tcp://address:1883 or ssl://address:8883", b)
		}
	}
	if id := f.Feed.Identity; id != (identity.Files{}) && (id.CA == "" || id.Certificate == "" || id.Key == "") {
		add("feed.certificate", "ca, certificate and key belong together: write all three, as `kiosk enroll` prints them")
	}
	if f.Ticket.Page != "" {
		u, err := url.Parse(f.Ticket.Page)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			add("ticket.page", "%q: write the address before the ticket's token, e.g. https://min.example.go.kr/t/", f.Ticket.Page)
		} else if !strings.HasSuffix(f.Ticket.Page, "/") && !strings.HasSuffix(f.Ticket.Page, "=") {
			add("ticket.page", "%q: the token follows at once: end it with / or =", f.Ticket.Page)
		}
	}
}

// profile is that of the model, with what the test ticket showed of this printer.
func (d *document) profile(f *File) error {
	p, err := printer.LoadProfile(cmp.Or(d.Printer.Profile, "generic80"))
	if err != nil {
		return err
	}
	p.Charset = cmp.Or(d.Printer.Charset, p.Charset)
	p.DigitSize, p.HangulSize = cmp.Or(d.Printer.DigitSize, p.DigitSize), cmp.Or(d.Printer.HangulSize, p.HangulSize)
	if qr := d.Printer.NativeQR; qr != nil {
		p.NativeQR = *qr
	}
	f.Printer.Profile = p
	return p.Check()
}

func (d *document) pin(hash, path string, add report) {
	if !strings.HasPrefix(hash, "$argon2id$") {
		add(path, "is no hash: make one with `kiosk pin` and paste what it prints")
	}
}

// band reads "1-300".
func band(s string) (first, last int, err error) {
	a, b, ok := strings.Cut(s, "-")
	if ok {
		first, err = strconv.Atoi(strings.TrimSpace(a))
		if err == nil {
			last, err = strconv.Atoi(strings.TrimSpace(b))
		}
	}
	if !ok || err != nil {
		return 0, 0, fmt.Errorf("%q is no band: write first-last, e.g. \"1-300\"", s)
	}
	return first, last, nil
}

// hours reads "mon-fri 09:00-12:00 13:00-18:00"; "" is always.
func hours(s string, off []string) (queue.Hours, error) {
	h := queue.Hours{}
	words := strings.Fields(s)
	if len(words) == 0 {
		return h, nil
	}
	h.Off = off
	if !strings.Contains(words[0], ":") {
		days, err := weekdays(words[0])
		if err != nil {
			return h, err
		}
		h.Days, words = days, words[1:]
	}
	for _, w := range words {
		from, to, ok := strings.Cut(w, "-")
		a, errA := minute(from)
		b, errB := minute(to)
		if !ok || errA != nil || errB != nil {
			return h, fmt.Errorf("%q is no span: write 09:00-18:00", w)
		}
		h.Spans = append(h.Spans, queue.Span{From: a, To: b})
	}
	return h, nil
}

func minute(s string) (int, error) {
	h, m, ok := strings.Cut(s, ":")
	hh, errH := strconv.Atoi(h)
	mm, errM := strconv.Atoi(m)
	if !ok || errH != nil || errM != nil || !allDigits(h, len(h)) || !allDigits(m, 2) || mm > 59 || hh*60+mm > 24*60 {
		return 0, fmt.Errorf("%q is no time of day: write 09:00", s)
	}
	return hh*60 + mm, nil
}

// allDigits reports whether s is n digits.
func allDigits(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "0123456789") == ""
}

// weekdays reads "mon-fri" and "sat,sun".
func weekdays(s string) ([]int, error) {
	names := []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	day := func(n string) (int, bool) {
		for i, v := range names {
			if v == strings.ToLower(n) {
				return i, true
			}
		}
		return 0, false
	}
	var out []int
	for _, part := range strings.Split(s, ",") {
		from, to, ranged := strings.Cut(part, "-")
		a, ok := day(from)
		b := a
		if ok && ranged {
			b, ok = day(to)
		}
		if !ok {
			return nil, fmt.Errorf("%q are no weekdays: write mon-fri or sat,sun", s)
		}
		for d := a; ; d = (d + 1) % 7 {
			out = append(out, d)
			if d == b {
				break
			}
		}
	}
	return out, nil
}
