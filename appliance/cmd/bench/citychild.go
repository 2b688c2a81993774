package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"syscall"
)

// child is one of the bench's own processes: it is given a line of JSON for
// each thing it is to do, and answers with a line when that is done. The end of
// its input ends it.
type child struct {
	*exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	said bytes.Buffer
}

// childBytes is the longest line between the bench and its children.
const childBytes = 1 << 20

func startChild(program, role string) (*child, error) {
	c := &child{Cmd: exec.Command(program, "-city", role)}
	c.Stderr = &c.said
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // it holds thousands of connections
	var err error
	if c.in, err = c.StdinPipe(); err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	c.out = bufio.NewReaderSize(out, childBytes)
	if err := c.Start(); err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	return c, nil
}

// do gives an order and waits for the answer.
func (c *child) do(order, answer any) error {
	if err := c.order(order); err != nil {
		return err
	}
	return c.answer(answer)
}

func (c *child) order(order any) error {
	b, err := json.Marshal(order)
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	if _, err := c.in.Write(append(b, '\n')); err != nil {
		return fmt.Errorf("bench: %s: %w: %s", c.Args[2], err, c.said.Bytes())
	}
	return nil
}

func (c *child) answer(answer any) error {
	b, err := c.out.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("bench: %s: %w: %s", c.Args[2], err, c.said.Bytes())
	}
	if err := json.Unmarshal(b, answer); err != nil {
		return fmt.Errorf("bench: %s: %w", c.Args[2], err)
	}
	return nil
}

func (c *child) close() error {
	err := c.in.Close()
	if ended := c.Wait(); ended != nil {
		err = errors.Join(err, fmt.Errorf("bench: %s: %w: %s", c.Args[2], ended, c.said.Bytes()))
	}
	return err
}

// serveCity is a child of the city's measurements.
func serveCity(ctx context.Context, role string, in io.Reader, out io.Writer) error {
	orders := make(chan []byte)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		defer close(orders)
		lines := bufio.NewScanner(in)
		lines.Buffer(nil, childBytes)
		for lines.Scan() {
			select {
			case orders <- bytes.Clone(lines.Bytes()):
			case <-ctx.Done():
				return
			}
		}
	}()
	answers := json.NewEncoder(out)
	switch role {
	case "offices":
		return serveOffices(ctx, orders, answers)
	case "readers":
		return serveReaders(ctx, orders, answers)
	}
	return fmt.Errorf("bench: -city %q: it is offices or readers", role)
}
