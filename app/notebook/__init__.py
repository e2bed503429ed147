"""Curves of runs in a script or a notebook: the same readers and averages as the pages. Reached by `trainer_hooks`."""
