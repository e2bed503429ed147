"""The colours of runs can be told apart by everybody, on both papers."""

from itertools import combinations

import colorspacious
import numpy as np
import pytest

from app.figures.palette import DASHES, RUN_COLOURS, THEMES, TOKENS, line_style, style_sheet

SIGHTS = (None, "deuteranomaly", "protanomaly", "tritanomaly")


def rgb(colour):
    return np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])


def contrast(colour, paper):
    def luminance(value):
        linear = np.where(value <= 0.03928, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    light, dark = sorted((luminance(rgb(colour)), luminance(rgb(paper))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def seen(colour, sight):
    if sight is None:
        return colorspacious.cspace_convert(rgb(colour), "sRGB1", "CAM02-UCS")
    space = {"name": "sRGB1+CVD", "cvd_type": sight, "severity": 100}
    shown = np.clip(colorspacious.cspace_convert(rgb(colour), space, "sRGB1"), 0, 1)
    return colorspacious.cspace_convert(shown, "sRGB1", "CAM02-UCS")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("sight", SIGHTS)
def test_any_two_runs_are_at_least_ten_apart_for_every_kind_of_sight(theme, sight):
    places = [seen(colour, sight) for colour in RUN_COLOURS[theme]]
    closest = min(np.linalg.norm(a - b) for a, b in combinations(places, 2))
    assert closest >= 10


@pytest.mark.parametrize("theme", THEMES)
def test_every_line_stands_out_from_the_paper(theme):
    assert all(contrast(colour, TOKENS[theme]["paper"]) >= 3 for colour in RUN_COLOURS[theme])


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", ["text", "text-quiet", "accent", "good", "warn", "bad"])
@pytest.mark.parametrize("ground", ["paper", "ground", "raised"])
def test_every_text_can_be_read_on_every_ground(theme, name, ground):
    assert contrast(TOKENS[theme][name], TOKENS[theme][ground]) >= 4.5


def test_thirty_two_runs_have_thirty_two_lines_and_then_they_repeat():
    lines = [line_style(slot, "light") for slot in range(32)]
    assert len(set(lines)) == 32
    assert line_style(32, "light") == lines[0]
    assert lines[0][1] == DASHES[0]


def test_the_style_sheet_holds_every_token_of_both_themes():
    sheet = style_sheet()
    for theme in THEMES:
        assert all(f"--{name}: {colour};" in sheet for name, colour in TOKENS[theme].items())
