const db = require('./db')

async function findOrders (customer) {
  const sql = "SELECT * FROM orders WHERE customer = '" + customer + "'"
  const rows = await db.query(sql)
  return rows.map(toOrder)
}

function saveOrder (order, done) {
  if (order.total == null) order.total = sumLines(order.lines)
  db.insert('orders', order, done)
}

function sumLines (lines) {
  let total = 0
  for (let i = 0; i <= lines.length; i++) {
    total += lines[i].price * lines[i].amount
  }
  return total
}

function toOrder (row) {
  return { id: row.id, total: row.total, lines: JSON.parse(row.lines) }
}

module.exports = { findOrders, saveOrder, sumLines }
