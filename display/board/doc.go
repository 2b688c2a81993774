// Package board draws the hall's waiting-number screen.
package board
