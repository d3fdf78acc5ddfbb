"""Personal data: masked where they are told on, shown, erased, and kept no longer than needed.

`masking` serves both environments: standard library only, Python 3.10. Import the rest by module.
"""
