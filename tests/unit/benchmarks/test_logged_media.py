"""What the benchmarks log of histograms, images and embeddings: the same through both tools' writers."""

import pytest

from app.readers.walk import all_readers
from benchmarks.logged_media import RUN, TAILBOARD, TENSORBOARD, Media, log, media_logdir

HISTOGRAMS, IMAGES = Media("histogram", 2, 3), Media("image", 1, 2)


def items(tool, logdir, media):
    """All that one tool's reader finds of the tags."""
    run = all_readers()[tool].open(logdir / RUN)
    while run.poll().behind:
        pass
    return [item for tag in media.tag_names for item in run.media(tag)]


@pytest.mark.parametrize("media", [HISTOGRAMS, IMAGES], ids=str)
def test_both_writers_log_every_step_of_every_tag(tmp_path, media):
    pytest.importorskip("torch.utils.tensorboard")
    ours, theirs = (items(tool, media_logdir(tmp_path, tool, media), media) for tool in (TAILBOARD, TENSORBOARD))
    assert len(ours) == media.calls
    assert [(item.step, item.kind) for item in ours] == [(item.step, item.kind) for item in theirs]


def test_a_data_set_is_made_once(tmp_path):
    logdir = media_logdir(tmp_path, TAILBOARD, HISTOGRAMS)
    made = {path: path.stat().st_mtime_ns for path in logdir.rglob("*")}
    assert media_logdir(tmp_path, TAILBOARD, HISTOGRAMS) == logdir
    assert {path: path.stat().st_mtime_ns for path in logdir.rglob("*")} == made


def test_what_logging_cost_counts_the_calls_the_closing_and_the_files(tmp_path):
    cost = log(TAILBOARD, tmp_path / "runs", HISTOGRAMS)
    assert cost.size_bytes == sum(path.stat().st_size for path in (tmp_path / "runs").rglob("*") if path.is_file())
    assert cost.until_closed_s(HISTOGRAMS) == pytest.approx(6 * cost.call_s + cost.finish_s)
    assert cost.cpu_s > 0
