// Package config reads office.toml, the one file that an office edits.
//
// The file is strict: an unknown key, a value of the wrong type, bands that
// overlap or hours that end before they begin are errors that name the file,
// the line and the remedy, and all of them are reported at once, before any
// device is opened. An empty option means off.
//
//	[office]              who we are
//	[[services]]          what citizens come for: numbers, hours, quota
//	[[counters]]          desks, and what each serves
//	[[shifts]]            the lunch shift
//	[rules]               fairness
//	[printer] [console] [feed] [ticket] [arrival] [journal]   the box
//	[board] [[screens]] [voice]                     what people see and hear
//	[[buttons]] [[buses]] [[callunits]] [[signs]] [[keypads]] [[keys]] [[digits]]   its wires
//	[[listen]]            the old machine of an office that keeps it
//
// Hours are written "09:00-18:00", "mon-fri 09:00-12:00 13:00-18:00" or
// "sat,sun 10:00-14:00".
package config

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/feed/identity"
	"sunbeon/appliance/queue"
	"sunbeon/printer"
)

// File is what office.toml says, checked.
type File struct {
	Queue   queue.Config
	Address feed.Address
	Where   feed.Where
	Notices []string
	Wires   Wires
	Printer Printer
	Console Console
	Feed    Feed
	Ticket  Ticket
	Journal Journal
	Board   Board
	Voice   Voice
	Arrival Arrival
}

// Printer is the ticket printer.
type Printer struct {
	Port    *Port // nil is none
	Profile printer.Profile
	// ReprintWithin is how old a ticket without paper may be to be printed again
	// after a restart, and how long it may wait for the printer.
	ReprintWithin time.Duration
}

// Console is the clerks' and managers' pages. Listen "" is off.
type Console struct {
	Listen     string
	ManagerPIN string         // argon2id hash
	PINs       map[int]string // by counter
}

// Feed is the way to the city. No brokers is off.
type Feed struct {
	Brokers            []string
	Username, Password string
	Identity           identity.Files // of ssl:// brokers; none trusts the system's authorities
}

// Ticket is what tickets carry beside the number.
type Ticket struct {
	Message string
	Page    string // URL before the token; "" is no QR code
}

// Arrival is how people with online tickets say that they are here.
type Arrival struct {
	Code string // of a sticker; "" is the one that the board shows, another every minute
}

// Journal is where the record lies.
type Journal struct{ Path string }

// document is the file as TOML knows it.
type document struct {
	Office struct {
		ID     string `toml:"id"`
		City   string `toml:"city"`
		Name   string `toml:"name"`
		NameEn string `toml:"name_en"`
		names
		Notices  []string `toml:"notices"`
		Holidays []string `toml:"holidays"`
		Stdg     string   `toml:"stdg"`
		Road     string   `toml:"road_address"`
		Lot      string   `toml:"lot_address"`
		Lat      float64  `toml:"latitude"`
		Lon      float64  `toml:"longitude"`
		Weekdays string   `toml:"weekday_hours"`
		Night    string   `toml:"night_hours"`
		Weekend  string   `toml:"weekend_hours"`
	} `toml:"office"`
	Services []struct {
		ID     string `toml:"id"`
		Name   string `toml:"name"`
		NameEn string `toml:"name_en"`
		names
		Prefix      string   `toml:"prefix"`
		Numbers     string   `toml:"numbers"`
		Open        string   `toml:"open"`
		Issuing     string   `toml:"issuing"`
		Quota       int      `toml:"quota"`
		Online      bool     `toml:"online"`
		OnlineQuota int      `toml:"online_quota"`
		Arrival     bool     `toml:"arrival"`
		Priority    bool     `toml:"priority"`
		Handling    duration `toml:"handling"`
	} `toml:"services"`
	Counters []struct {
		Number   int      `toml:"number"`
		Name     string   `toml:"name"`
		Services []string `toml:"services"`
		Weights  []int    `toml:"weights"`
		Rule     string   `toml:"rule"`
		PIN      string   `toml:"pin"`
	} `toml:"counters"`
	Shifts []struct {
		Counter  int      `toml:"counter"`
		Hours    string   `toml:"hours"`
		Services []string `toml:"services"`
		Closed   bool     `toml:"closed"`
	} `toml:"shifts"`
	Rules struct {
		PriorityRun   *int      `toml:"priority_run"`
		TransferKeeps bool      `toml:"transfer_keeps_place"`
		LateWithin    *duration `toml:"late_within"`
		LatePlace     string    `toml:"late_place"`
		LateAfter     int       `toml:"late_after"`
		DelayMost     int       `toml:"delay_most"`
		DayStarts     string    `toml:"day_starts"`
		DayJumpLimit  int       `toml:"day_jump_limit"`
	} `toml:"rules"`
	Printer struct {
		port
		Profile       string    `toml:"profile"`
		Charset       string    `toml:"charset"`
		NativeQR      *bool     `toml:"native_qr"`
		DigitSize     int       `toml:"digit_size"`
		HangulSize    int       `toml:"hangul_size"`
		ReprintWithin *duration `toml:"reprint_within"`
	} `toml:"printer"`
	Console struct {
		Listen     string `toml:"listen"`
		ManagerPIN string `toml:"manager_pin"`
	} `toml:"console"`
	Feed struct {
		Brokers  []string `toml:"brokers"`
		Username string   `toml:"username"`
		Password string   `toml:"password"`

		CA          string `toml:"ca"`
		Certificate string `toml:"certificate"`
		Key         string `toml:"key"`
	} `toml:"feed"`
	Ticket struct {
		Message string `toml:"message"`
		Page    string `toml:"page"`
	} `toml:"ticket"`
	Arrival struct {
		Code string `toml:"code"`
	} `toml:"arrival"`
	Journal struct {
		Path string `toml:"path"`
	} `toml:"journal"`
	hall
	wiring
}

// duration is written "4m", "90s".
type duration time.Duration

func (d *duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil || v < 0 {
		return fmt.Errorf("%q is no length of time; write e.g. \"4m\" or \"90s\"", b)
	}
	*d = duration(v)
	return nil
}

// Load reads and checks the file. Its error lists every problem, a line each.
func Load(path string) (*File, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("config: %w; give the file's path with -config", err)
	}
	return Parse(path, b)
}

// Parse is Load for bytes already read; path only names them.
func Parse(path string, b []byte) (*File, error) {
	var d document
	dec := toml.NewDecoder(strings.NewReader(string(b))).DisallowUnknownFields()
	var errs []error
	if err := dec.Decode(&d); err != nil {
		errs = append(errs, syntax(path, err))
		var unknown *toml.StrictMissingError
		if !errors.As(err, &unknown) {
			return nil, errs[0]
		}
		// What else is wrong is said at the same time.
	}
	where := index(b)
	f, problems := d.file()
	for _, p := range problems {
		errs = append(errs, fmt.Errorf("config: %s:%d: %s", path, where.line(p.Path), p))
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return f, nil
}

// syntax words what the TOML reader refused.
func syntax(path string, err error) error {
	var unknown *toml.StrictMissingError
	if errors.As(err, &unknown) {
		errs := make([]error, len(unknown.Errors))
		for i, e := range unknown.Errors {
			line, _ := e.Position()
			errs[i] = fmt.Errorf("config: %s:%d: unknown key %q; remove it or correct its spelling", path, line, strings.Join(e.Key(), "."))
		}
		return errors.Join(errs...)
	}
	var wrong *toml.DecodeError
	if errors.As(err, &wrong) {
		line, _ := wrong.Position()
		return fmt.Errorf("config: %s:%d: %s: %s", path, line, strings.Join(wrong.Key(), "."), strings.TrimPrefix(wrong.Error(), "toml: "))
	}
	return fmt.Errorf("config: %s: %w", path, err)
}
