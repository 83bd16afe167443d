"""Recordings: from the switch's clear file to a sealed one with a checksum."""
