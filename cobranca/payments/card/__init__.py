"""Card: a checkout on the provider's own page. No card data ever enters our processes."""
