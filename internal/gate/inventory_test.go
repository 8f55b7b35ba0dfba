package gate_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// A text that names, quotes and locates everything and says nothing about it is no
// work, however right its quotes are; one that says something is.
func TestInventories(t *testing.T) {
	t.Parallel()
	list := "`findOrders` lib/orders.js:3, `const sql` lib/orders.js:4, `db.query(sql)` lib/orders.js:5, `rows.map(toOrder)` lib/orders.js:6."
	more := "`saveOrder` lib/orders.js:9, `order.total == null` lib/orders.js:10, `db.insert('orders', order, done)` lib/orders.js:11, `sumLines` lib/orders.js:14."
	rest := "`let total = 0` lib/orders.js:15, `i <= lines.length` lib/orders.js:16, `lines[i].price` lib/orders.js:17, `return total` lib/orders.js:19, `toOrder` lib/orders.js:22, `JSON.parse(row.lines)` lib/orders.js:23."
	empty := "# Review\n\n## Reading\n\n" + list + "\n\n## Writing\n\n" + more + "\n\n## Sums\n\n" + rest + "\n\n## Result\n\nAll of these places were reviewed with regard to injection, totals and the way in which orders are read."
	const review = "Review lib/orders.js of the shop: injection and totals."
	partly := strings.Repeat("`findOrders`, `saveOrder`, `sumLines`, `toOrder`, `order.total`\n\n", 5) + strings.Repeat("`db.insert` (lib/orders.js:11) writes the order before anybody has looked at its total.\n\n", 4)
	for name, tt := range map[string]struct {
		text, request string
		is            bool
	}{
		"an inventory":                        {empty, review, true},
		"a review":                            {honestReview, review, false},
		"a review with a list of places":      {honestReview + "\nRead for this: " + list + "\n", review, false},
		"names among sentences":               {partly, review, true},
		"names among sentences, asked for":    {partly, "Which of the functions write orders?", false},
		"nothing but names, though asked for": {empty, "Which of the functions write orders?", true},
	} {
		report := gate.Judge(gate.Input{
			Request:     gate.Request{Category: city.CodeReview, Description: tt.request},
			Deliverable: gate.Deliverable{Result: tt.text}, Repo: shop(t),
		})
		is := false
		for _, s := range report.Signals {
			is = is || s.Name == "lists of names" && strings.Contains(s.Reason, "say nothing about them")
		}
		if is != tt.is || tt.request == review && (report.Verdict == gate.Pass) == tt.is {
			t.Errorf("%s: %v, %d points", name, is, report.Score)
		}
	}
}
