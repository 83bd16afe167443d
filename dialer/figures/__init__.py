"""Figures of the floor: abandonment, occupancy, outcomes by the minute, calls by stage."""
