"""Every colour of the app, one table for style sheets and figures.

Eight colours for runs in each theme, then the dash pattern changes: 32 distinct lines. The run colours of
a theme are at least 10 apart in CAM02-UCS, plain and under full deuteranopia, protanopia and tritanopia,
and at least 3:1 against the theme's paper.
"""

from collections.abc import Mapping
from typing import Literal

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")

RUN_COLOURS: Mapping[Theme, tuple[str, ...]] = {
    "light": ("#6c59fe", "#be2200", "#2c9cb3", "#5e3864", "#9b935f", "#8c3340", "#3832bd", "#6e6b79"),
    "dark": ("#a5a1fe", "#fe6c0e", "#c6ecff", "#f39bb7", "#ddd97b", "#a05f48", "#386fee", "#797786"),
}

DASHES: tuple[str, ...] = ("solid", "7px,4px", "2px,3px", "9px,3px,2px,3px")
"""Plotly's and SVG's dash patterns, used in turn when the colours are used up."""

TOKENS: Mapping[Theme, Mapping[str, str]] = {
    "light": {
        "paper": "#ffffff",
        "ground": "#f6f7f9",
        "raised": "#ffffff",
        "hairline": "#e0e3e9",
        "grid": "#edeff3",
        "text": "#1c2430",
        "text-quiet": "#566073",
        "accent": "#2457d6",
        "accent-soft": "#e6edfc",
        "on-accent": "#ffffff",
        "good": "#1d7a46",
        "warn": "#8f5a00",
        "bad": "#b3261e",
        "faded": "#c3c8d2",
        "cursor": "#566073",
        "shadow": "rgba(20, 28, 45, 0.16)",
    },
    "dark": {
        "paper": "#111827",
        "ground": "#0b111d",
        "raised": "#182132",
        "hairline": "#2a3549",
        "grid": "#1f293b",
        "text": "#e6eaf2",
        "text-quiet": "#9aa6bb",
        "accent": "#83a9ff",
        "accent-soft": "#1f2f52",
        "on-accent": "#0b111d",
        "good": "#5cc98b",
        "warn": "#e5b04c",
        "bad": "#ff8a80",
        "faded": "#465167",
        "cursor": "#9aa6bb",
        "shadow": "rgba(0, 0, 0, 0.5)",
    },
}


def line_style(slot: int, theme: Theme) -> tuple[str, str]:
    """Return the colour and the dash pattern of a run's slot.

    Args:
        slot: number of the run, 0 for the first one seen; distinct up to 31, then the lines repeat.
        theme: which paper the line is drawn on.
    """
    colours = RUN_COLOURS[theme]
    return colours[slot % len(colours)], DASHES[slot // len(colours) % len(DASHES)]


def style_sheet() -> str:
    """Return the tokens as CSS custom properties: light for all, dark where the theme says so."""
    blocks = []
    for theme in THEMES:
        selector = ":root" if theme == "light" else ":root[data-theme='dark']"
        colours = {f"run-{slot}": colour for slot, colour in enumerate(RUN_COLOURS[theme])} | dict(TOKENS[theme])
        lines = "".join(f"  --{name}: {colour};\n" for name, colour in colours.items())
        blocks.append(f"{selector} {{\n  color-scheme: {theme};\n{lines}}}\n")
    return "".join(blocks)
