"""Pix: BR Code, QR image, keys and our transaction identifiers."""
