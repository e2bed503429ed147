"""Precision against recall: the counts at every threshold, kept in the media line itself."""

from trainer_hooks.kinds.curves import encode_curve as encode

__all__ = ["encode"]
