import pytest

from app.settings import LogRoot, Settings
from app.store.layouts import ComposedChart, LayoutChangedError, Layouts, as_charts

LOSS = ComposedChart("training", "loss", "multiline", ("train/loss", "val/.*"))
BAND = ComposedChart("", "band", "margin", ("mean", "low", "high"))


def layouts_of(tmp_path, *roots):
    settings = Settings(roots=tuple(LogRoot("", tmp_path / root) for root in roots), state_dir=tmp_path / "state")
    return Layouts.of(settings)


def test_charts_are_kept_for_the_log_folders_they_were_made_for(tmp_path):
    layouts_of(tmp_path, "a", "b").write([LOSS, BAND], "")
    assert layouts_of(tmp_path, "b", "a").read().charts == [LOSS, BAND]
    assert layouts_of(tmp_path, "a").read().charts == ()


def test_what_somebody_else_saved_meanwhile_is_not_replaced(tmp_path):
    layouts = layouts_of(tmp_path, "a")
    first = layouts.write([LOSS], "")
    with pytest.raises(LayoutChangedError):
        layouts.write([BAND], "")
    assert layouts.read() == first
    assert layouts.write([BAND], first.revision).charts == [BAND]


def test_only_this_user_can_look_into_the_folder(tmp_path):
    layouts_of(tmp_path, "a").write([LOSS], "")
    assert (tmp_path / "state" / "layouts").stat().st_mode & 0o777 == 0o700


def test_a_damaged_file_shows_no_charts_and_is_replaced_by_the_next_ones(tmp_path):
    layouts = layouts_of(tmp_path, "a")
    layouts.write([LOSS], "")
    (file,) = (tmp_path / "state" / "layouts").glob("*.json")
    file.write_text("[{]")
    assert layouts.read().charts == ()
    assert layouts.write([BAND], "").charts == [BAND]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "list"),
        (["loss"], "object"),
        ([{"title": "", "tags": ["a"]}], "title"),
        ([{"title": "a", "tags": []}], "1 to 60 tags"),
        ([{"title": "a", "tags": [1]}], "each a text"),
        ([{"title": "a", "tags": ["a"], "form": "pie"}], "multiline, margin"),
        ([{"title": "a", "tags": ["a", "b"], "form": "margin"}], "3 tags"),
        ([{"title": "a", "tags": ["a"], "category": 1}], "category"),
        ([{"title": "a", "tags": ["a"]}] * 2, "same category and title"),
        ([{"title": str(i), "tags": ["a"]} for i in range(201)], "at most 200"),
    ],
)
def test_charts_that_make_no_sense_are_refused_in_words(said, words):
    with pytest.raises(ValueError, match=words):
        as_charts(said)
