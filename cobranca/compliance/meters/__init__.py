"""How near the regulator's lines each number, carrier contract and CNPJ is, and brakes."""
