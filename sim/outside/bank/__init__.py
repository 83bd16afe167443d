"""A believable bank: API Pix over mutual TLS, CNAB in and out, card checkout, webhooks."""
