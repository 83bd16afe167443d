"""How others pace, rebuilt from what is public about them, for the same floor.

Pure. Each module says what differs from its original. None is tuned down: where an
original counts something that the floor does not have, the reading that helps it is taken.
All count abandoned calls as the floor does (two seconds by default), which is stricter
than most of the originals' own timers.
"""
