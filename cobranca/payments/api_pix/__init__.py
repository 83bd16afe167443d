"""The Central Bank's standard API Pix 2.9: charges, payments, refunds, Pix Automático."""
