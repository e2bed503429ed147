"""Style sheets take every colour from the tokens, and none lays out what another one does."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from app.figures.palette import RUN_COLOURS, TOKENS

SHEETS = sorted((Path(__file__).parents[3] / "assets" / "css").glob("*.css"))
SPACES = {"s1", "s2", "s3", "s4", "s6", "bar-h", "side-w", "radius", "radius-l", "lift"}
TYPE = {"text-s", "text-m", "text-l", "font", "mono"}
PRIVATE = SPACES | TYPE | {"picture"}
KNOWN = set(TOKENS["light"]) | {f"run-{slot}" for slot in range(len(RUN_COLOURS["light"]))} | PRIVATE


def without_comments(sheet):
    return re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.S)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_no_sheet_names_a_colour_of_its_own(sheet):
    text = re.sub(r"url\([^)]*\)", "", without_comments(sheet))
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(", text) == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_every_colour_that_a_sheet_asks_for_is_a_token(sheet):
    asked = set(re.findall(r"var\(--([\w-]+)", without_comments(sheet)))
    own = set(re.findall(r"--([\w-]+)\s*:", without_comments(sheet)))
    assert {name for name in asked - KNOWN - own if not name.startswith(("mantine", "Dash"))} == set()


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_importance_is_claimed_only_with_the_reason_beside_it(sheet):
    claimed = [line for line in sheet.read_text().splitlines() if "!important" in line]
    assert all("/*" in line for line in claimed)


def bare_classes(text):
    """The selectors of a sheet that are a class alone, also within `:is(...)`, @media and @container."""
    for selectors in re.findall(r"([^{};]+)\{[^{}]*\}", text):
        alone = re.sub(r"^\s*:is\(([^()]*)\)\s*$", r"\1", selectors)
        for selector in re.split(r",(?![^(]*\))", alone):
            if re.fullmatch(r"\.[\w-]+", selector.strip()):
                yield selector.strip()


def test_a_class_is_laid_out_in_one_sheet_alone():
    sheets = defaultdict(set)
    for sheet in SHEETS:
        for name in bare_classes(without_comments(sheet)):
            sheets[name].add(sheet.name)
    assert {name: found for name, found in sheets.items() if len(found) > 1} == {}
