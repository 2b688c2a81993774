// Package forecast says how long a ticket will wait, as a range.
package forecast
