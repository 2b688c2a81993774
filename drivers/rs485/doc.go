// Package rs485 is the Modbus RTU master of keypads and number displays.
package rs485
