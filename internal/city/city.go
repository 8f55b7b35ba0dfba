// Package city is the shared vocabulary of the marketplace: ids, money,
// categories, task status, public errors and time. It imports nothing of ours.
package city
