package feed

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

// document is asyncapi.yaml as JSON has it, and its schemas by name.
type document struct {
	all      map[string]any
	compiler *jsonschema.Compiler
}

func described(t testing.TB) document {
	t.Helper()
	b, err := os.ReadFile("asyncapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := yaml.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	if b, err = json.Marshal(v); err != nil {
		t.Fatal(err)
	}
	all, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	d := document{all.(map[string]any), jsonschema.NewCompiler()}
	d.compiler.DefaultDraft(jsonschema.Draft7) // AsyncAPI 3's
	if err := d.compiler.AddResource("asyncapi.json", all); err != nil {
		t.Fatal(err)
	}
	return d
}

// at walks down the document.
func (d document) at(t testing.TB, path ...string) any {
	t.Helper()
	var v any = d.all
	for _, p := range path {
		m, ok := v.(map[string]any)
		if !ok || m[p] == nil {
			t.Fatalf("asyncapi.yaml: there is no %s", strings.Join(path, "."))
		}
		v = m[p]
	}
	return v
}

// judge gives the schema of a name as a function.
func (d document) judge(t testing.TB, name string) func([]byte) error {
	t.Helper()
	s, err := d.compiler.Compile("asyncapi.json#/components/schemas/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return func(b []byte) error {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			return err
		}
		return s.Validate(v)
	}
}

// TestDescriptionOutside lets another program judge the document.
func TestDescriptionOutside(t *testing.T) {
	dir := os.Getenv("SUNBEON_OUTSIDE")
	if dir == "" {
		t.Skip("SKIPPED: THE OUTSIDE PARSER OF AsyncAPI DID NOT RUN: set SUNBEON_OUTSIDE to the folder that `make outside` fills")
	}
	dir = filepath.Join(dir, "feed")
	says := func(path string) string {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), "node", filepath.Join(dir, "validate.cjs"), path).CombinedOutput()
		if err != nil {
			t.Fatalf("%v; run `make outside` if the program is missing\n%s", err, out)
		}
		return string(out)
	}
	if out := says("asyncapi.yaml"); out != "6 channels, 11 operations, 6 messages\n" {
		t.Error(out)
	}
	b, err := os.ReadFile("asyncapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(t.TempDir(), "bad.yaml")
	if err := os.WriteFile(bad, bytes.Replace(b, []byte("action: send"), []byte("action: shout"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := says(bad); !strings.Contains(out, "action") {
		t.Errorf("it takes anything: %q", out)
	}
}

// TestTopicsAreAsDescribed holds the addresses, and who writes and who keeps
// what, against the code.
func TestTopicsAreAsDescribed(t *testing.T) {
	d := described(t)
	a := Address{"sujeong", "CS0001"}
	const id = "0123456789abcdef"
	fill := strings.NewReplacer("{city}", a.City, "{office}", a.Office, "{id}", id)
	want := map[string]string{"state": a.State(), "status": a.Status(), "facts": a.Facts(), "cursor": a.Cursor(), "request": a.Request(id), "reply": a.Reply(id)}
	channels := d.at(t, "channels").(map[string]any)
	if len(channels) != len(want) {
		t.Errorf("%d channels", len(channels))
	}
	for name, topic := range want {
		got := fill.Replace(d.at(t, "channels", name, "address").(string))
		if _, leaf, _, err := ParseTopic(got); got != topic || leaf != name || err != nil {
			t.Errorf("%s: %s, not %s (%v)", name, got, topic, err)
		}
	}
	for name, pattern := range map[string]string{"Name": "a-Z_9", "RequestID": id} {
		re := regexp.MustCompile(d.at(t, "components", "schemas", name, "pattern").(string))
		for _, s := range []string{pattern, pattern + "/", "", strings.Repeat("a", 64), strings.Repeat("a", 65), "short"} {
			least := map[string]int{"Name": 1, "RequestID": 16}[name]
			if re.MatchString(s) != (len(s) >= least && len(s) <= 64 && !strings.Contains(s, "/")) {
				t.Errorf("%s: %q", name, s)
			}
		}
	}
}

// decoder is a reader of messages and the name of their schema.
type decoder struct {
	schema string
	read   func([]byte) error
}

func decoders() map[string]decoder {
	const id = "0123456789abcdef"
	return map[string]decoder{
		"FuzzDecodeSnapshot": {"Snapshot", func(b []byte) error { _, err := DecodeSnapshot(office, b); return err }},
		"FuzzDecodeStatus":   {"Status", func(b []byte) error { _, err := DecodeStatus(b); return err }},
		"FuzzDecodeCursor":   {"Cursor", func(b []byte) error { _, err := DecodeCursor(b); return err }},
		"FuzzDecodeRequest":  {"Request", func(b []byte) error { _, err := DecodeRequest(id, b); return err }},
		"FuzzDecodeReply":    {"Reply", func(b []byte) error { _, err := DecodeReply(id, b); return err }},
		"FuzzDecodeFact": {"FactMessage", func(b []byte) error {
			_, h, err := DecodeFact(b)
			if err == nil {
				_, err = DecodeBody(h.Kind, h.Body)
			}
			return err
		}},
	}
}

// corpus reads the seeds of a fuzz target.
func corpus(t *testing.T, target string) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob("testdata/fuzz/" + target + "/*")
	if err != nil || len(names) == 0 {
		t.Fatal(target, err)
	}
	out := map[string][]byte{}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		line := strings.Split(string(b), "\n")[1]
		s, err := strconv.Unquote(strings.TrimSuffix(strings.TrimPrefix(line, "[]byte("), ")"))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[filepath.Base(name)] = []byte(s)
	}
	return out
}

// TestSchemasTakeWhatTheFeedTakes: every message of the tests that a decoder
// reads is as described, and what is described as wrong no decoder reads.
func TestSchemasTakeWhatTheFeedTakes(t *testing.T) {
	d := described(t)
	taken := 0
	for target, of := range decoders() {
		judge := d.judge(t, of.schema)
		for name, b := range corpus(t, target) {
			read, right := of.read(b), judge(b)
			if read == nil {
				taken++
			}
			if read == nil && right != nil {
				t.Errorf("%s/%s is read and not as described: %v", target, name, right)
			}
		}
	}
	if taken < 9 {
		t.Errorf("only %d messages were read", taken)
	}
	for _, m := range []struct {
		schema string
		v      any
	}{
		{"Snapshot", full()}, {"Snapshot", &Snapshot{V: 1, City: "a", Office: "b"}}, {"Status", Status{V: 1}},
		{"Reply", Reply{V: 1, ID: "0123456789abcdef", Ticket: &Issued{Wait: &Range{}}}}, {"Cursor", Cursor{V: 1, Journal: "j"}},
	} {
		if err := d.judge(t, m.schema)(marshal(t, m.v)); err != nil {
			t.Errorf("what is written here is not as described: %+v: %v", m.v, err)
		}
	}
}

// TestSchemasRefuseWhatTheFeedRefuses changes a good message in one place each.
func TestSchemasRefuseWhatTheFeedRefuses(t *testing.T) {
	d := described(t)
	const id = `"id":"0123456789abcdef"`
	fact := func(kind, body string) string {
		return fmt.Sprintf(`{"v":1,"journal":"j","hash":%q,"fact":{"day":1,"seq":1,"kind":%q,"body":%s}}`, hash64, kind, body)
	}
	long := strings.Repeat("a", 401)
	for target, bad := range map[string][]string{
		"FuzzDecodeSnapshot": {
			`[]`, `null`, `{}`, `{"v":2,"city":"uijeongbu","office":"CS0001"}`, `{"v":"1","city":"uijeongbu","office":"CS0001"}`,
			`{"v":1,"city":"uijeongbu"}`, `{"v":1,"city":"u/u","office":"CS0001"}`, `{"v":1,"city":"uijeongbu","office":"CS0001","journal":"a b"}`,
			`{"v":1,"city":"uijeongbu","office":"CS0001","epoch":-1}`, `{"v":1,"city":"uijeongbu","office":"CS0001","rev":-1}`, `{"v":1,"city":"uijeongbu","office":"CS0001","asOf":1.5}`,
			`{"v":1,"city":"uijeongbu","office":"CS0001","clock":"yes"}`, `{"v":1,"city":"uijeongbu","office":"CS0001","name":"` + long + `"}`,
			`{"v":1,"city":"uijeongbu","office":"CS0001","services":[{"name":"x"}]}`, `{"v":1,"city":"uijeongbu","office":"CS0001","services":[{"id":"a","waiting":-1}]}`,
			`{"v":1,"city":"uijeongbu","office":"CS0001","services":[{"id":"a","away":-1}]}`, `{"v":1,"city":"uijeongbu","office":"CS0001","services":[{"id":"a","onlineLeft":-1}]}`,
			`{"v":1,"city":"uijeongbu","office":"CS0001","services":[{"id":"a","wait":{"low":-1,"mid":0,"high":0}}]}`, `{"v":1,"city":"uijeongbu","office":"CS0001","services":{}}`,
			`{"v":1,"city":"uijeongbu","office":"CS0001","counters":[{"number":0}]}`, `{"v":1,"city":"uijeongbu","office":"CS0001","counters":[{"number":100}]}`,
			`{"v":1,"city":"uijeongbu","office":"CS0001","unprinted":[""]}`, `{"v":1,"city":"uijeongbu","office":"CS0001","held":[1]}`,
			`{"v":1,"city":"uijeongbu","office":"CS0001","held":[` + strings.Repeat(`"1",`, 2000) + `"1"]}`, `{"v":1,"city":"uijeongbu","office":"CS0001","where":"here"}`,
		},
		"FuzzDecodeStatus": {`null`, `{}`, `{"v":0}`, `{"v":1,"online":1}`, `{"v":1,"faults":[{"ko":1}]}`, `{"v":1,"celsius":"warm"}`},
		"FuzzDecodeCursor": {`null`, `{"v":1,"journal":"j"}`, `{"v":1,"journal":"","seq":1}`, `{"v":1,"journal":"j","seq":-1}`, `{"v":1,"journal":"j","seq":9223372036854775808}`, `{"v":2,"journal":"j","seq":1}`},
		"FuzzDecodeRequest": {
			`null`, `{"v":1,"kind":"issue"}`, `{"v":1,"id":"short","kind":"issue"}`, `{"v":1,` + id + `}`, `{"v":1,` + id + `,"kind":"sell"}`, `{"v":2,` + id + `,"kind":"issue"}`,
			`{"v":1,` + id + `,"kind":"delay"}`, `{"v":1,` + id + `,"kind":"delay","pass":0}`, `{"v":1,` + id + `,"kind":"delay","pass":51}`,
			`{"v":1,` + id + `,"kind":"arrive","code":"` + long + `"}`, `{"v":1,` + id + `,"kind":"issue","service":"` + long + `"}`, `{"v":1,` + id + `,"kind":"issue","deadline":"soon"}`,
		},
		"FuzzDecodeReply": {`null`, `{"v":1,` + id + `}`, `{"v":1,` + id + `,"ticket":{},"refusal":{}}`, `{"v":1,"id":"0","refusal":{}}`, `{"v":1,` + id + `,"refusal":{"ko":1}}`, `{"v":1,` + id + `,"ticket":{"ahead":"3"}}`},
		"FuzzDecodeFact": {
			`null`, `{"v":1,"journal":"j","hash":"` + hash64 + `"}`, `{"v":1,"journal":"j","hash":"00","fact":{"seq":1,"kind":"x"}}`, `{"v":1,"journal":"/","hash":"` + hash64 + `","fact":{"seq":1,"kind":"x"}}`,
			`{"v":1,"journal":"j","hash":"` + hash64 + `","fact":{"seq":0,"kind":"x"}}`, `{"v":1,"journal":"j","hash":"` + hash64 + `","fact":{"seq":1}}`, `{"v":1,"journal":"j","hash":"` + hash64 + `","fact":{"day":-1,"seq":1,"kind":"x"}}`,
			fact("day_closed", `null`), fact("day_opened", `{"number":0,"config":{"rules":{"latePlace":"end"}}}`), fact("day_opened", `{"number":1,"config":{"rules":{}}}`), fact("day_opened", `{"number":1,"date":"today","config":{"rules":{"latePlace":"end"}}}`),
			fact("config_changed", `{"config":{"services":[{"name":"x"}],"rules":{"latePlace":"end"}}}`), fact("config_changed", `{"config":{"rules":{"latePlace":"end","delayMost":-1}}}`),
			fact("issued", `{"band":"a","number":1,"class":"vip","origin":"button"}`), fact("issued", `{"band":"a","number":1,"class":"ordinary","origin":"button","token":"GUESS"}`),
			fact("issued", `{"band":"a","number":100000,"class":"ordinary","origin":"button"}`), fact("issued", `{"band":"a","number":1,"class":"ordinary","origin":"button","forecast":{"known":true,"low":-1}}`),
			fact("called", `{"band":"a","number":1}`), fact("recalled", `{"band":"a","number":1,"counter":100}`), fact("held", `{"number":1,"counter":1}`), fact("no_show", `{"band":"","number":1,"counter":1}`), fact("finished", `{"band":"a","number":1,"counter":"1"}`),
			fact("arrived", `{"band":"a"}`), fact("skipped", `{"band":"a","number":-1}`), fact("cancelled", `[]`), fact("voided", `{}`), fact("returned", `{"number":1}`),
			fact("delayed", `{"band":"a","number":1}`), fact("delayed", `{"band":"a","number":1,"passed":0}`), fact("transferred", `{"band":"a","number":1,"from":1}`), fact("transferred", `{"band":"a","number":1,"from":1,"service":"b","counter":-1}`),
		},
	} {
		of := decoders()[target]
		judge := d.judge(t, of.schema)
		for _, b := range bad {
			if read, right := of.read([]byte(b)), judge([]byte(b)); read == nil || right == nil {
				t.Errorf("%s: %.200s: the feed says %v, the schema %v", of.schema, b, read, right)
			}
		}
	}
}

// TestExamplesAreRead: who copies an example is understood.
func TestExamplesAreRead(t *testing.T) {
	d := described(t)
	read := map[string]func(string, []byte) error{
		"snapshot": func(_ string, b []byte) error { _, err := DecodeSnapshot(Address{"sujeong", "CS0001"}, b); return err },
		"status":   func(_ string, b []byte) error { return decoders()["FuzzDecodeStatus"].read(b) },
		"fact":     func(_ string, b []byte) error { return decoders()["FuzzDecodeFact"].read(b) },
		"cursor":   func(_ string, b []byte) error { return decoders()["FuzzDecodeCursor"].read(b) },
		"request":  func(id string, b []byte) error { _, err := DecodeRequest(id, b); return err },
		"reply":    func(id string, b []byte) error { _, err := DecodeReply(id, b); return err },
	}
	for name, m := range d.at(t, "components", "messages").(map[string]any) {
		ref := d.at(t, "components", "messages", name, "payload", "$ref").(string)
		judge := d.judge(t, ref[strings.LastIndexByte(ref, '/')+1:])
		examples := m.(map[string]any)["examples"].([]any)
		for _, e := range examples {
			payload := e.(map[string]any)["payload"].(map[string]any)
			id, _ := payload["id"].(string)
			b := marshal(t, payload)
			if err := read[name](id, b); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if err := judge(b); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// TestSchemasHaveEveryFieldAndNoOther holds the schemas against the Go types.
func TestSchemasHaveEveryFieldAndNoOther(t *testing.T) {
	d := described(t)
	types := map[string][]any{
		"Snapshot": {Snapshot{}}, "Service": {Service{}}, "Range": {Range{}}, "Counter": {Counter{}}, "Call": {Call{}}, "Fault": {Fault{}}, "Where": {Where{}},
		"Status": {Status{}}, "FactMessage": {FactMessage{}}, "Fact": {FactHead{}}, "FactTime": {FactTime{}}, "Cursor": {Cursor{}}, "Request": {Request{}}, "Reply": {Reply{}},
		"Issued": {Issued{}}, "Refusal": {Refusal{}}, "Place": {Place{}}, "Told": {Told{}}, "Setup": {Setup{}}, "ServiceSetup": {ServiceSetup{}}, "Rules": {Rules{}},
		"TicketRef":     {TicketRef{}, FactArrived{}, FactSkipped{}, FactCancelled{}, FactVoided{}},
		"FactDayOpened": {FactDayOpened{}}, "FactConfigChanged": {FactConfigChanged{}}, "FactIssued": {FactIssued{}}, "FactReturned": {FactReturned{}}, "FactDelayed": {FactDelayed{}},
		"FactTransferred": {FactTransferred{}}, "FactAtCounter": {FactCalled{}, FactRecalled{}, FactHeld{}, FactNoShow{}, FactFinished{}},
	}
	for name, s := range d.at(t, "components", "schemas").(map[string]any) {
		properties, isObject := s.(map[string]any)["properties"].(map[string]any)
		if of, known := types[name]; isObject != known {
			t.Errorf("%s: no Go type, or no object", name)
		} else if known {
			for _, v := range of {
				fields := fieldsOf(reflect.TypeOf(v))
				for field, kind := range fields {
					if p, there := properties[field]; !there {
						t.Errorf("%T: the field %s is not in the schema %s", v, field, name)
					} else if got := d.kind(t, p); kind != "any" && got != "any" && got != kind {
						t.Errorf("%T: the field %s is a %s, in the schema a %s", v, field, kind, got)
					}
				}
				for p := range properties {
					if _, there := fields[p]; !there {
						t.Errorf("%T has no field %s of the schema %s", v, p, name)
					}
				}
			}
		}
		delete(types, name)
	}
	for name := range types {
		t.Errorf("there is no schema %s", name)
	}
	kinds := marshal(t, d.at(t, "components", "schemas", "Fact", "allOf"))
	for _, k := range BodyKinds() {
		if !bytes.Contains(kinds, []byte(strconv.Quote(k))) {
			t.Errorf("the schema Fact says nothing of the body of %s", k)
		}
	}
	want := []any{string(RequestIssue), string(RequestCancel), string(RequestDelay), string(RequestArrive)}
	if got := d.at(t, "components", "schemas", "Request", "properties", "kind", "enum").([]any); !slices.Equal(got, want) {
		t.Errorf("kinds of requests: %q", got)
	}
}

// fieldsOf gives the JSON fields of a struct and the kind of each.
func fieldsOf(t reflect.Type) map[string]string {
	out := map[string]string{}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			for k, v := range fieldsOf(f.Type) {
				out[k] = v
			}
			continue
		}
		of := f.Type
		if of.Kind() == reflect.Pointer {
			of = of.Elem()
		}
		switch {
		case of == reflect.TypeFor[json.RawMessage]():
			out[name] = "any"
		case of.Kind() == reflect.Slice:
			out[name] = "array"
		case of.Kind() == reflect.Struct:
			out[name] = "object"
		case of.Kind() == reflect.String:
			out[name] = "string"
		case of.Kind() == reflect.Bool:
			out[name] = "boolean"
		case of.Kind() == reflect.Float64:
			out[name] = "number"
		default:
			out[name] = "integer"
		}
	}
	return out
}

// kind is the type of a property.
func (d document) kind(t *testing.T, property any) string {
	t.Helper()
	p := property.(map[string]any)
	if ref, ok := p["$ref"].(string); ok {
		return d.kind(t, d.at(t, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...))
	}
	if one, ok := p["oneOf"].([]any); ok {
		return d.kind(t, one[1])
	}
	if list, ok := p["enum"].([]any); ok && len(list) > 0 {
		return "string"
	}
	if p["const"] != nil {
		return "integer" // the version
	}
	switch of := p["type"].(type) {
	case string:
		return of
	case []any:
		return of[0].(string)
	}
	return "any"
}
