package jscheck

import (
	"regexp"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"
)

var sqlText = regexp.MustCompile(`(?i)^\s*(?:select\s.+\sfrom\s|insert\s+into\s|update\s+\S+\s+set\s|delete\s+from\s)`)

// built returns the beginning of a SQL statement that is put together from
// text and values, "" when the expression is none.
func built(x ast.Expression) string {
	switch e := x.(type) {
	case *ast.BinaryExpression:
		if e.Operator != token.PLUS {
			return ""
		}
		left := ast.Expression(e)
		dynamic := false
		for {
			b, ok := left.(*ast.BinaryExpression)
			if !ok || b.Operator != token.PLUS {
				break
			}
			dynamic = dynamic || !literal(b.Right)
			left = b.Left
		}
		if s, ok := left.(*ast.StringLiteral); ok && dynamic && sqlText.MatchString(string(s.Value)) {
			return string(s.Value)
		}
	case *ast.TemplateLiteral:
		if e.Tag != nil || len(e.Expressions) == 0 || len(e.Elements) == 0 {
			return "" // a tag such as sql`…` makes parameters of the values
		}
		var text strings.Builder
		for i, part := range e.Elements {
			if i > 0 {
				text.WriteByte('?')
			}
			text.WriteString(string(part.Parsed))
		}
		if sqlText.MatchString(strings.Join(strings.Fields(text.String()), " ")) {
			return string(e.Elements[0].Parsed)
		}
	}
	return ""
}

// query finds built SQL in the first argument of a call: query(`SELECT … ${x}`).
func (c *checker) query(w *walker, call *ast.CallExpression) {
	if len(call.ArgumentList) == 0 {
		return
	}
	if sql := built(call.ArgumentList[0]); sql != "" {
		c.sql(w, call.ArgumentList[0], sql)
	}
}

func (c *checker) sql(w *walker, at ast.Node, sql string) {
	sql = strings.Join(strings.Fields(sql), " ")
	if len(sql) > 50 {
		sql = strings.ToValidUTF8(sql[:50], "") + "…"
	}
	c.hit(w.f, at, ruleSQL, "values are put into the text of `"+strings.ReplaceAll(sql, "`", "'")+"`",
		"Use placeholders and pass the values beside the text: `db.query('… WHERE x = $1', [x])` (`?` in MySQL and SQLite).")
}
