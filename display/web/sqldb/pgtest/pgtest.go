// Package pgtest runs a private PostgreSQL server for a test: the real one, with
// a folder of its own, on a free port of the loopback.
//
//	initdb -> postgres -D folder -> Database(t): a fresh database's address
//	             |  Kill: SIGKILL, as a power cut of the process
//	             `- Start: again, on the same folder and port
//
// PostgreSQL refuses to be root: as root it runs as the user postgres, which
// comes with Debian's package, or nobody. Where it is not installed the test is
// skipped aloud; with CI in the environment it fails.
package pgtest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// User and Password are those of every database.
const (
	User     = "sunbeon"
	Password = "not/for:the@log"
)

// Server is a running server.
type Server struct {
	t    testing.TB
	bin  string
	dir  string
	port string
	as   *syscall.Credential
	made int

	cmd    *exec.Cmd // nil while killed
	log    *bytes.Buffer
	exited chan struct{} // closed when all its processes have ended
}

// New makes a server and starts it; it ends with the test.
func New(t testing.TB) *Server {
	t.Helper()
	bin := programs()
	if bin == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("PostgreSQL is not installed: apt-get install postgresql")
		}
		t.Skip("NOTICE: THE STORE IS NOT TESTED ON POSTGRESQL, which is not installed (apt-get install postgresql)")
	}
	dir, err := os.MkdirTemp("", "sunbeon-postgres-") // the test's own folder is closed to other users
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	s := &Server{t: t, bin: bin, dir: dir, as: credential(t)}
	secret := filepath.Join(dir, "password")
	if err := os.WriteFile(secret, []byte(Password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s.as != nil {
		for _, path := range []string{dir, secret} {
			if err := os.Chown(path, int(s.as.Uid), int(s.as.Gid)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if out, err := s.Command("initdb", "-D", s.data(), "-U", User, "-A", "scram-sha-256", "--pwfile", secret, "-E", "UTF8", "--no-locale", "--no-sync").CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, s.port, _ = net.SplitHostPort(l.Addr().String())
	l.Close()
	s.Start()
	t.Cleanup(func() {
		if s.cmd != nil {
			s.Kill()
		}
		if t.Failed() {
			t.Logf("postgres: %s", s.log)
		}
	})
	return s
}

// programs is the folder of the newest server, "" without one.
func programs() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // the pattern is right
	slices.SortFunc(found, func(a, b string) int { return version(b) - version(a) })
	if len(found) > 0 {
		return filepath.Dir(found[0])
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path)
	}
	return ""
}

func version(path string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path)))) // 0 sorts last
	return n
}

// credential is whom to run as instead of root, nil for oneself.
func credential(t testing.TB) *syscall.Credential {
	if os.Getuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err1 == nil && err2 == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		}
	}
	t.Fatal("PostgreSQL does not run as root, and there is no user postgres or nobody")
	return nil
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// Command is one of PostgreSQL's own programs.
func (s *Server) Command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, program), args...)
	cmd.Dir = s.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Credential: s.as}
	return cmd
}

// Start starts the server, again after Kill, and waits until it answers.
func (s *Server) Start() {
	s.t.Helper()
	s.launch()
	look, end := time.NewTicker(20*time.Millisecond), time.After(60*time.Second)
	defer look.Stop()
	for {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		c, err := pgx.Connect(ctx, s.address("postgres"))
		if err == nil {
			c.Close(ctx)
		}
		cancel()
		if err == nil {
			return
		}
		select {
		case <-look.C:
		case <-s.exited:
			s.t.Fatalf("postgres does not run: %v\n%s", err, s.log)
		case <-end:
			s.t.Fatalf("postgres does not answer: %v", err)
		}
	}
}

func (s *Server) launch() {
	s.t.Helper()
	s.log = new(bytes.Buffer)
	s.cmd = s.Command("postgres", "-D", s.data(), "-h", "127.0.0.1", "-p", s.port, "-k", "", "-c", "shared_buffers=32MB", "-c", "max_connections=60",
		"-c", "fsync=off") // the machine stays up: what reached the kernel is not lost
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.exited = make(chan struct{})
	go func(cmd *exec.Cmd, exited chan struct{}) {
		defer close(exited)
		cmd.Wait() // and for its children, which hold its output
	}(s.cmd, s.exited)
}

// Kill ends the server at once, without a checkpoint or a goodbye.
func (s *Server) Kill() {
	s.t.Helper()
	if err := s.cmd.Process.Kill(); err != nil {
		s.t.Errorf("postgres: kill: %v", err)
	}
	select {
	case <-s.exited:
	case <-time.After(60 * time.Second):
		s.t.Fatal("postgres: its processes do not end")
	}
	s.cmd = nil
}

// Address is host:port of the server.
func (s *Server) Address() string { return "127.0.0.1:" + s.port }

func (s *Server) address(database string) string {
	return (&url.URL{Scheme: "postgres", User: url.UserPassword(User, Password), Host: s.Address(), Path: database}).String()
}

// Database makes an empty database and gives its address.
func (s *Server) Database() string {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, s.address("postgres"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer c.Close(ctx)
	s.made++
	name := fmt.Sprintf("city%d", s.made)
	if _, err := c.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		s.t.Fatal(err)
	}
	return s.address(name)
}
