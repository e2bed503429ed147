"""True against false positives: the same counts as of a curve of precision and recall."""

from trainer_hooks.kinds.curves import encode_curve as encode

__all__ = ["encode"]
