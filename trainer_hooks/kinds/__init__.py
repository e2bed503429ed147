"""One module per kind of tag that is no number.

`run.log_<kind>` finds `trainer_hooks/kinds/<kind>.py` by its name and calls its `encode(value, **options)`, which
returns an `Item` or raises: ValueError or TypeError with what is wrong with the value, ImportError with what to
install. A module imports what it needs inside its functions, so that nothing is loaded before it is used.
"""
