package feed

import "time"

// Hall is what the office's hall may see and hear: the snapshot, and what stands
// beside it because it must not leave the hall. It travels from the kiosk to its
// screens, never to the city.
type Hall struct {
	Snapshot Snapshot `json:"snapshot"`
	// Offers are the numbers given in place of paper, the newest first.
	Offers []Offer `json:"offers,omitempty"`
	// CheckIn is the address behind the code with which a person with an online
	// ticket says that they are here; "" is none.
	CheckIn string `json:"checkIn,omitempty"`
	// CheckInCode is the code in it, for those who type it; "" is none.
	CheckInCode string `json:"checkInCode,omitempty"`
	// Names are those of services in other languages than Korean and English:
	// by service id, then by language. Of "" they are the office's own.
	Names map[string]map[string]string `json:"names,omitempty"`
	// Board is how the office wants its screens.
	Board Board `json:"board"`
}

// Board is how an office wants its screens; a screen may have it otherwise.
type Board struct {
	Layout    string   `json:"layout,omitempty"`    // name of a layout; "" is by what there is
	Languages []string `json:"languages,omitempty"` // ko first, then en, zh, vi, ja as wanted; empty is ko and en
	Link      string   `json:"link,omitempty"`      // address of the office's page; "" is none
}

// KST is Korean standard time, in which an office's times are shown. It has no
// summer time.
func KST() *time.Location { return time.FixedZone("KST", 9*60*60) }
