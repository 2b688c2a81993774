package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const nginxProgram = "/usr/sbin/nginx"

// cacheFor is for how long the website lets a cache answer for it.
const cacheFor = 5 * time.Second

// originFetches is how often the website is asked for each public page or its
// JSON in the time that an answer holds, behind nginx as we ship its
// configuration, however many ask.
func originFetches(ctx context.Context, p *place) (r result, err error) {
	c, err := p.city(ctx, min(memoryOffices, p.times(countryOffices)))
	if err != nil {
		return result{}, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	var asked atomic.Int64
	to := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: c.site})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return result{}, fmt.Errorf("bench: %w", err)
	}
	counted := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		to.ServeHTTP(w, r)
	})}
	served := make(chan error, 1)
	go func() { served <- counted.Serve(ln) }()
	defer func() {
		err = errors.Join(err, counted.Close())
		<-served // http.ErrServerClosed
	}()
	at, err := c.startCache(ctx, p, ln.Addr().String())
	if err != nil {
		return result{}, err
	}
	paths := []string{"/", "/en/", "/api/v1/offices", "/api/v1/offices/" + officeName(0)}
	views := p.times(10000)
	began := time.Now()
	if err := view(ctx, "http://"+at, paths, views); err != nil {
		return result{}, err
	}
	took := time.Since(began)
	size, small, err := weigh("http://" + at + paths[0])
	if err != nil {
		return result{}, err
	}
	n := asked.Load()
	most := len(paths) * (1 + int(took/cacheFor))
	return result{float64(n) / float64(most), fmt.Sprintf(
		"%d requests at the website for %d views of %d addresses in %.1f s; the page of all %d offices is %d B, %d B compressed",
		n, views, len(paths), took.Seconds(), min(memoryOffices, p.times(countryOffices)), size, small)}, nil
}

// startCache runs nginx before the website.
func (c *cityPlant) startCache(ctx context.Context, p *place, site string) (at string, err error) {
	dir, remove, err := p.folder("cache")
	if err != nil {
		return "", err
	}
	c.ends = append(c.ends, func() error { remove(); return nil })
	if dir, err = filepath.Abs(dir); err != nil {
		return "", fmt.Errorf("bench: %w", err)
	}
	if at, err = freeAddress(); err != nil {
		return "", err
	}
	conf, err := shipped(ctx, "display/web/proxy", "nginx.conf", map[string]string{
		"listen 127.0.0.1:8080;": "listen " + at + ";", "server 127.0.0.1:8480;": "server " + site + ";", "/var/cache/nginx/sunbeon": dir + "/cache"})
	if err != nil {
		return "", err
	}
	var b strings.Builder
	if os.Getuid() == 0 {
		b.WriteString("user root;\n") // or it cannot write to the folder
	}
	fmt.Fprintf(&b, "pid %s/pid;\nerror_log stderr;\ndaemon off;\nworker_processes 1;\nevents { worker_connections 4000; }\nhttp {\naccess_log off;\n", dir)
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&b, "%s_temp_path %s/%s;\n", kind, dir, kind)
	}
	fmt.Fprintf(&b, "%s}\n", conf)
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		return "", fmt.Errorf("bench: %w", err)
	}
	if err := c.start(exec.Command(nginxProgram, "-c", file, "-p", dir)); err != nil {
		return "", fmt.Errorf("%w; apt-get install nginx-light", err)
	}
	return at, until(ctx, "nginx listens", func() bool { return listens(at) })
}

// view fetches pages, by sixteen people at once.
func view(ctx context.Context, base string, paths []string, views int) error {
	const people = 16
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: people}}
	defer client.CloseIdleConnections()
	var next atomic.Int64
	var wg sync.WaitGroup
	errs := make([]error, people)
	for i := range people {
		wg.Go(func() {
			for errs[i] == nil && ctx.Err() == nil {
				n := next.Add(1)
				if n > int64(views) {
					return
				}
				errs[i] = fetch(ctx, client, base+paths[int(n)%len(paths)])
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func fetch(ctx context.Context, client *http.Client, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("bench: %s: %s", address, resp.Status)
	}
	return nil
}

// weigh is the size of a page, as it is and compressed.
func weigh(address string) (size, small int, err error) {
	resp, err := http.Get(address)
	if err != nil {
		return 0, 0, fmt.Errorf("bench: %w", err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, 0, fmt.Errorf("bench: %w", err)
	}
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	if _, err := w.Write(b); err != nil {
		return 0, 0, fmt.Errorf("bench: %w", err)
	}
	if err := w.Close(); err != nil {
		return 0, 0, fmt.Errorf("bench: %w", err)
	}
	return len(b), z.Len(), nil
}
