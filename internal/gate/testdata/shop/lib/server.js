const express = require('express')
const { findOrders, saveOrder } = require('./orders')

const app = express()
app.use(express.json())

app.get('/orders/:customer', async (req, res) => {
  const orders = await findOrders(req.params.customer)
  res.json(orders)
})

app.post('/orders', (req, res) => {
  saveOrder(req.body, (err, id) => {
    res.status(201).json({ id })
  })
})

app.listen(process.env.PORT || 3000)
