"""Figures that anyone can measure again, each beside what it is compared with."""
