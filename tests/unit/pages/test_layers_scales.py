"""The colours of the heat maps are in order for everybody, on both papers, as the browser mixes them."""

import itertools

import colorspacious
import numpy as np
import pytest

from app.figures.palette import THEMES, TOKENS
from app.pages.layers.scales import DIVERGING, SEQUENTIAL

SIGHTS = (None, "deuteranomaly", "protanomaly", "tritanomaly")
STOPS = 32  # of each half


def mixed(names, theme):
    """The colours along a scale in sRGB, shape (65, 3): evenly from the first through the second to the third."""
    ends = [np.array([int(TOKENS[theme][name][i : i + 2], 16) / 255 for i in (1, 3, 5)]) for name in names]
    halves = [np.linspace(a, b, STOPS, endpoint=False) for a, b in itertools.pairwise(ends)]
    return np.concatenate([*halves, [ends[-1]]])


def seen(colours, sight):
    space = {"name": "sRGB1+CVD", "cvd_type": sight, "severity": 100} if sight else "sRGB1"
    shown = np.clip(colorspacious.cspace_convert(colours, space, "sRGB1"), 0, 1)
    return colorspacious.cspace_convert(shown, "sRGB1", "CAM02-UCS")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("sight", SIGHTS)
def test_more_is_ever_further_from_the_paper_in_lightness(theme, sight):
    away = -1 if theme == "light" else 1
    assert (away * np.diff(seen(mixed(SEQUENTIAL, theme), sight)[:, 0]) > 0).all()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("sight", SIGHTS)
def test_both_sides_of_zero_leave_the_paper_alike_and_can_be_told_apart(theme, sight):
    places = seen(mixed(DIVERGING, theme), sight)
    away = -1 if theme == "light" else 1
    assert (away * np.diff(places[: STOPS + 1, 0]) < 0).all()
    assert (away * np.diff(places[STOPS:, 0]) > 0).all()
    assert abs(places[0, 0] - places[-1, 0]) < 10
    assert np.linalg.norm(places[0] - places[-1]) >= 20


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("names", [SEQUENTIAL, DIVERGING])
def test_no_step_along_a_scale_is_much_larger_than_another(theme, names):
    steps = np.linalg.norm(np.diff(seen(mixed(names, theme), None), axis=0), axis=1)
    assert steps.max() < 4 * steps.min()
