"""What things cost, with sources; start at :class:`ftgate.prices.book.PriceBook`."""
