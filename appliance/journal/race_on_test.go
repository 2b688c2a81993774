//go:build race

package journal

// raced: SQLite runs many times slower under the race detector.
const raced = true
