"""The floor in virtual time: agents, telephone network and debtors as discrete events.

Pure: no clock and no I/O; a scenario, a pacer and a seed go in, a record comes out. The
pacer inside is the one that drives the real switch, or anything with its two methods.
"""
