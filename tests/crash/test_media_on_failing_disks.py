"""Images meet a disk that does not work: training goes on, they wait within a bound, and come when the disk does."""

import shutil

import numpy as np

import trainer_hooks
from tests.logged import media, statuses, until


def noise(step: int) -> np.ndarray:
    return np.random.default_rng(step).integers(0, 256, (150, 150, 3), np.uint8)


def test_large_images_wait_for_a_folder_that_cannot_be_made_and_come_in_order(tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    run = trainer_hooks.init(tmp_path / "file" / "run")
    for step in range(5):
        run.log_image("image", noise(step), step=step)
    until(lambda: not run._encoding.waiting)
    (tmp_path / "file").unlink()
    run.finish()
    items = media(tmp_path / "file" / "run")
    assert [item["_step"] for item in items] == list(range(5))
    assert all((run.path / item["file"]).stat().st_size == item["bytes"] for item in items)
    assert statuses(run.path)[0]["dropped"] == {}


def test_what_waits_for_a_dead_disk_is_bounded_and_counted(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("trainer_hooks.writer.WAITING_BYTES", 200_000)
    (tmp_path / "file").write_text("in the way")
    run = trainer_hooks.init(tmp_path / "file" / "run")
    for step in range(5):
        run.log_image("image", noise(step), step=step)  # 68 kB each, which noise remains as PNG
    until(lambda: not run._encoding.waiting)
    assert run._writer.media.waiting_bytes <= 200_000
    (tmp_path / "file").unlink()
    run.finish()
    assert [item["_step"] for item in media(run.path)] == [3, 4]
    assert statuses(run.path)[0]["dropped"] == {"memory full": 3}


def test_a_removed_folder_is_made_again_for_the_images_that_follow(tmp_path):
    run = trainer_hooks.init(tmp_path / "run")
    run.log_image("image", noise(0), step=0)
    assert run.flush(120)
    until(lambda: shutil.rmtree(run.path, ignore_errors=True) or not run.path.exists())
    run.log_image("image", noise(1), step=1)
    run.finish()
    last = media(run.path)[-1]
    assert last["_step"] == 1
    assert (run.path / last["file"]).stat().st_size == last["bytes"]
