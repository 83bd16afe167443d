"""Measures both detectors on the labelled openings."""
