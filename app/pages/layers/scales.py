"""The colour scales of the heat maps, as tokens that the browser mixes: perceptually ordered in both themes."""

SEQUENTIAL = ("grid", "accent", "text")
"""From little to much: away from the paper, ever darker in the light theme and ever lighter in the dark one."""

DIVERGING = ("warn", "grid", "accent")
"""From below 0 to above: two hues that everybody can tell apart, alike in lightness, with the paper's own between."""
