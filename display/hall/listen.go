package hall

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
)

// Listen opens the socket at path for this machine's screens: the user's and the
// group's. One that a kiosk left behind is replaced, one that is served is not.
func Listen(path string) (net.Listener, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("hall: no folder for the socket: %w; choose another in board.socket", err)
	}
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("hall: %w; choose another path in board.socket", err)
	case info.Mode()&fs.ModeSocket == 0:
		return nil, fmt.Errorf("hall: %s is there and no socket; choose another path in board.socket", path)
	default:
		if conn, err := net.Dial("unix", path); err == nil {
			_ = conn.Close() // it was opened to see whether it opens
			return nil, fmt.Errorf("hall: another kiosk serves %s; stop it, or choose another path in board.socket", path)
		}
		if err := os.Remove(path); err != nil {
			return nil, fmt.Errorf("hall: the socket of before cannot be removed: %w", err)
		}
	}
	ln, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("hall: %w; a path of at most 100 letters in board.socket may help", err)
	}
	if err := os.Chmod(path, 0o660); err != nil {
		return nil, errors.Join(fmt.Errorf("hall: %w", err), ln.Close())
	}
	return ln, nil
}
