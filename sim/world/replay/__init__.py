"""A day that the product recorded, played again on the virtual floor with other settings.

Pure: a recorded day, a setting and a seed go in, a shift comes out.
"""
