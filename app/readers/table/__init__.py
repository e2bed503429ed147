"""Tables in text: what readers of CSV and its like are made of."""
