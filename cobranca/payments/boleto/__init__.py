"""Boletos: bar code, typed line, free field of each bank, and the printed slip."""
