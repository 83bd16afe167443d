"""Means of payment: Pix, boleto, card, transfer; and what becomes of money that arrives."""
