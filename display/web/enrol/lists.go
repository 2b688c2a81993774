package enrol

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"math/big"
	"path/filepath"
	"strings"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/feed/identity"
)

// lists writes what the brokers read: access lists, what is revoked, and
// mosquitto's listener. The caller has the lock.
func (a *Authority) lists() error {
	all, err := a.Offices()
	if err != nil {
		return err
	}
	said, err := a.about()
	if err != nil {
		return err
	}
	var in []string
	for _, o := range all {
		if o.Allowed {
			in = append(in, o.ID)
		}
	}
	crl, err := a.crl(all)
	if err != nil {
		return err
	}
	dir, err := filepath.Abs(a.path("broker"))
	if err != nil {
		return fmt.Errorf("enrol: %w", err)
	}
	for _, f := range []struct {
		name string
		text []byte
	}{
		{"broker/crl.pem", crl},
		{"broker/mosquitto.acl", mosquittoACL(a.city, said.Replicas, in)},
		{"broker/nats-offices.conf", natsUsers(a.city, said.Replicas, in)},
		{"broker/sunbeon-tls.conf", mosquittoListener(dir)},
	} {
		if err := a.write(f.name, 0o640, f.text); err != nil {
			return err
		}
	}
	return nil
}

// crl is the list of revoked certificates. It ends with the authority: a list
// that ends sooner and is not renewed would lock everybody out.
func (a *Authority) crl(all []Office) ([]byte, error) {
	list, err := revoked(all)
	if err != nil {
		return nil, err
	}
	now := a.now()
	der, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{Number: big.NewInt(now.UnixNano()), ThisUpdate: now.Add(-early),
		NextUpdate: a.cert.NotAfter, RevokedCertificateEntries: list}, a.cert, a.key)
	if err != nil {
		return nil, fmt.Errorf("enrol: the list of revoked certificates: %w", err)
	}
	return identity.PEM("X509 CRL", der), nil
}

// right is what somebody may do with a topic.
type right struct {
	write, read bool
	topic       string // or filter
}

// ofOffice: its own topics, and of those only what an office says. It reads its
// status too, to see that it may write at all (package uplink).
func ofOffice(a feed.Address) []right {
	return []right{
		{write: true, topic: a.State()},
		{write: true, read: true, topic: a.Status()},
		{write: true, topic: a.Facts()},
		{write: true, topic: a.Reply("+")},
		{read: true, topic: a.Cursor()},
		{read: true, topic: a.Requests()},
	}
}

func ofCity(city string) []right {
	return []right{
		{read: true, topic: feed.Wildcard(city, "state")},
		{read: true, topic: feed.Wildcard(city, "status")},
		{read: true, topic: feed.Wildcard(city, "facts")},
		{read: true, topic: feed.Wildcard(city, "reply/+")},
		{write: true, topic: feed.Wildcard(city, "cursor")},
		{write: true, topic: feed.Wildcard(city, "request/+")},
	}
}

// user is a name on the broker and its rights.
type user struct {
	name   string
	rights []right
}

func users(city string, replicas int, offices []string) []user {
	var all []user
	for i := range replicas {
		all = append(all, user{cityName(i + 1), ofCity(city)})
	}
	for _, id := range offices {
		all = append(all, user{id, ofOffice(feed.Address{City: city, Office: id})})
	}
	return all
}

// mosquittoACL is mosquitto's acl_file.
func mosquittoACL(city string, replicas int, offices []string) []byte {
	var b bytes.Buffer
	b.WriteString("# Made by `cityweb enroll`; do not edit. Who is not here may do nothing.\n# mosquitto reads it again on SIGHUP.\n")
	for _, u := range users(city, replicas, offices) {
		fmt.Fprintf(&b, "\nuser %s\n", u.name)
		for _, r := range u.rights {
			what := "read"
			switch {
			case r.read && r.write:
				what = "readwrite"
			case r.write:
				what = "write"
			}
			fmt.Fprintf(&b, "topic %s %s\n", what, r.topic)
		}
	}
	return b.Bytes()
}

// natsUsers is the authorization block of a NATS server. What an MQTT topic is
// to NATS has dots for slashes; a reader at QoS 1 is served under $MQTT.sub.
func natsUsers(city string, replicas int, offices []string) []byte {
	var b bytes.Buffer
	b.WriteString("# Made by `cityweb enroll`; do not edit. Who is not here may do nothing.\n# `nats-server --signal reload` reads it again.\nauthorization {\n  users = [\n")
	for _, u := range users(city, replicas, offices) {
		var write, read []string
		for _, r := range u.rights {
			s := fmt.Sprintf("%q", strings.NewReplacer("/", ".", "+", "*").Replace(r.topic))
			if r.write {
				write = append(write, s)
			}
			if r.read {
				read = append(read, s)
			}
		}
		read = append(read, `"$MQTT.sub.>"`)
		fmt.Fprintf(&b, "    { user: \"CN=%s\", allowed_connection_types: [\"MQTT\"], permissions: {\n        publish: [%s]\n        subscribe: [%s] } }\n",
			u.name, strings.Join(write, ", "), strings.Join(read, ", "))
	}
	b.WriteString("  ]\n}\n")
	return b.Bytes()
}

// mosquittoListener is the listener for offices and website.
func mosquittoListener(dir string) []byte {
	return fmt.Appendf(nil, `# Made by `+"`cityweb enroll -init`"+`: the listener with certificates.
# mosquitto reads it after Sunbeon's mosquitto.conf (docs/enrol.md), whose settings
# it needs.
listener 8883
cafile %[1]s/ca.pem
certfile %[1]s/certificate.pem
keyfile %[1]s/key.pem
crlfile %[1]s/crl.pem
require_certificate true
tls_version tlsv1.2
# The name in the certificate is the user, and the client id: nobody ends
# another's connection by taking its id, and two processes of the website have
# two.
use_identity_as_username true
use_username_as_clientid true
acl_file %[1]s/mosquitto.acl
`, dir)
}
