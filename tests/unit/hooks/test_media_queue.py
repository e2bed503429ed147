"""Large items are encoded by a thread: in order, from copies, bounded, and all of them before the run ends."""

import os
import threading

import numpy as np
import pytest
import torch
from PIL import Image

import trainer_hooks
from tests.logged import media, python, statuses, until
from trainer_hooks import encoding
from trainer_hooks.calls import Calls
from trainer_hooks.copies import copy_of, size_of
from trainer_hooks.waiting import WaitingBar

LARGE = (160, 160, 3)


@pytest.fixture
def run(tmp_path):
    with trainer_hooks.init(tmp_path / "run") as run:
        yield run


@pytest.fixture
def gate(run):
    """Keeps the thread busy until it is opened."""
    event = threading.Event()
    run._encoding.put(encoding.Job("gate", 0, event.wait))
    yield event
    event.set()


def pixel(run, item) -> int:
    return int(np.asarray(Image.open(run.path / item["file"]))[0, 0, 0])


def test_a_large_image_is_what_it_was_when_it_was_logged(run, gate):
    image = np.full(LARGE, 7, np.uint8)
    tensor = torch.zeros(3, 160, 160)
    run.log_image("array", image)
    run.log_image("tensor", tensor)
    run.log_image("picture", Image.fromarray(image))
    image[:] = 9
    tensor += 1
    assert media(run.path) == []
    gate.set()
    run.finish()
    assert [pixel(run, item) for item in media(run.path)] == [7, 0, 7]


def test_small_items_are_there_when_the_call_returns_though_large_ones_of_other_tags_wait(run, gate):
    run.log_image("large", np.zeros(LARGE))
    run.log_text("note", "here")
    assert [item["tag"] for item in media(run.path)] == ["note"]


def test_the_order_within_a_tag_is_that_of_the_calls_whatever_their_size(run, gate):
    for step in range(12):
        run.log_image("mixed", np.zeros(LARGE if step % 3 == 0 else (4, 4)), step=step)
    gate.set()
    run.finish()
    assert [item["_step"] for item in media(run.path)] == list(range(12))


def test_step_and_time_are_those_of_the_call(run, gate):
    run.log({"loss": 1.0}, step=5)
    run.log_image("image", np.zeros(LARGE), wall_time=1e9)
    run.log({"loss": 1.0}, step=6)
    gate.set()
    run.finish()
    (item,) = media(run.path)
    assert (item["_step"], item["_time"]) == (5, 1e9)


def test_above_the_bound_a_call_encodes_by_itself_and_says_so_once(run, gate, monkeypatch, caplog):
    monkeypatch.setattr(encoding, "MAX_BYTES", 200_000)
    for step in range(4):
        run.log_histogram(f"weights {step}", np.zeros(20_000), step=step)
    assert run._encoding.waiting_bytes <= 200_000
    assert [item["tag"] for item in media(run.path)] == ["weights 1", "weights 2", "weights 3"]
    assert sum("encodes by itself" in message for message in caplog.messages) == 1


def test_above_the_bound_an_item_waits_for_those_of_its_tag(run, gate, monkeypatch):
    monkeypatch.setattr(encoding, "MAX_BYTES", 200_000)
    logging = threading.Thread(
        target=lambda: [run.log_histogram("weights", np.zeros(20_000), step=step) for step in range(4)], daemon=True
    )
    run.log_histogram("weights", np.zeros(20_000), step=-1)
    run._encoding.put(encoding.Job("filler", 60_000, lambda: None))
    logging.start()
    until(lambda: run._encoding.waiting_bytes <= 230_000)
    gate.set()
    logging.join()
    run.finish()
    assert [item["_step"] for item in media(run.path)] == [-1, 0, 1, 2, 3]


def test_finish_waits_for_all_that_was_logged(run):
    for step in range(20):
        run.log_images("gallery", np.random.default_rng(step).random((2, *LARGE)), step=step)
    run.finish()
    assert [(item["_step"], item["index"]) for item in media(run.path)] == [(s, i) for s in range(20) for i in range(2)]
    assert statuses(run.path)[0]["state"] == "finished"


def test_flush_waits_for_all_that_was_logged(run):
    run.log_image("image", np.zeros(LARGE))
    assert run.flush(120)
    assert len(media(run.path)) == 1


def test_what_cannot_be_encoded_is_refused_in_words_and_the_rest_goes_on(run, caplog):
    run.log_image("bad", np.zeros((100, 100, 7)))
    run.log_image("good", np.zeros(LARGE))
    run.finish()
    assert [item["tag"] for item in media(run.path)] == ["good"]
    assert "'bad' is not logged as image: expected shape (H, W)" in caplog.text
    assert statuses(run.path)[0]["dropped"] == {"refused": 1}


def test_an_error_that_nobody_thought_of_does_not_end_the_thread(run, caplog):
    def fail() -> None:
        raise AssertionError("surprise")

    run._encoding.put(encoding.Job("odd", 0, fail))
    run.log_image("good", np.zeros(LARGE))
    run.finish()
    assert len(media(run.path)) == 1
    assert "'odd' could not be encoded: AssertionError('surprise')" in caplog.text


def test_without_a_thread_items_are_encoded_by_the_call(run, monkeypatch):
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    run.log_image("image", np.zeros(LARGE))
    assert len(media(run.path)) == 1


def test_ctrl_c_while_finish_waits_ends_the_waiting_and_the_run_is_closed(tmp_path, caplog, monkeypatch):
    run = trainer_hooks.init(tmp_path / "run")
    stays = threading.Event()
    run._encoding.put(encoding.Job("gate", 0, stays.wait))
    run.log_image("image", np.zeros(LARGE))

    def press(_bar: WaitingBar, _items: int, _size_bytes: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(WaitingBar, "show", press)
    with pytest.raises(KeyboardInterrupt):
        run.finish()
    stays.set()
    assert "2 logged items are not stored: Ctrl-C" in caplog.text
    assert statuses(run.path)[0]["state"] == "finished"


def test_a_stuck_thread_does_not_hold_the_end_for_ever(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(encoding, "STUCK_S", 0.05)
    run = trainer_hooks.init(tmp_path / "run")
    stays = threading.Event()
    run._encoding.put(encoding.Job("gate", 0, stays.wait))
    run.finish()
    stays.set()
    assert "1 logged items are not stored: none of them was done within" in caplog.text


def test_a_forked_child_has_a_queue_of_its_own(run, gate):
    run.log_image("parent", np.zeros(LARGE))
    pid = os.fork()
    if not pid:
        run.log_image("child", np.zeros(LARGE))
        run.finish()
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
    assert [item["tag"] for item in media(run.path)] == ["child"]
    gate.set()
    run.finish()
    assert sorted(item["tag"] for item in media(run.path)) == ["child", "parent"]


@pytest.mark.parametrize(
    "end",
    [
        "",
        "sys.exit(3)",
        "raise ValueError",
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(143)); os.kill(os.getpid(), signal.SIGTERM)",
        "os.kill(os.getpid(), signal.SIGINT); time.sleep(60)",
    ],
)
def test_however_the_process_ends_but_by_a_kill_the_queue_is_done(tmp_path, end):
    code = (
        "import numpy as np, os, signal, sys, time, trainer_hooks\nrun = trainer_hooks.init(sys.argv[1])\n"
        "for step in range(10): run.log_image('image', np.random.rand(300, 300, 3), step=step)\n"
    )
    python(code + end, tmp_path / "run", check=False)
    assert [item["_step"] for item in media(tmp_path / "run")] == list(range(10))


def test_a_signal_handler_may_log_while_the_training_logs(tmp_path):
    code = """
import numpy as np, signal, sys, trainer_hooks
run = trainer_hooks.init(sys.argv[1])
count, busy = 0, False
def log_too(*_):
    global count, busy
    if count < 200 and not busy:
        busy = True
        run.log_image("handler", np.zeros((130, 130)), step=count)
        count, busy = count + 1, False
signal.signal(signal.SIGALRM, log_too)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
step = 0
while count < 200:
    run.log_image("training", np.full((130, 130), step % 256, np.uint8), step=step)
    step += 1
signal.setitimer(signal.ITIMER_REAL, 0)
run.finish()
print(step)
"""
    done = python(code, tmp_path / "run")
    items = media(tmp_path / "run")
    assert [item["_step"] for item in items if item["tag"] == "handler"] == list(range(200))
    assert [item["_step"] for item in items if item["tag"] == "training"] == list(range(int(done.stdout)))


@pytest.mark.parametrize(
    ("value", "size"),
    [
        (np.zeros((3, 4), np.float32), 48),
        (torch.zeros(3, 4), 48),
        ([1, "ab", None], 26),
        ({"a": np.zeros(2, np.uint8)}, 19),
        (Image.new("RGB", (4, 5)), 60),
        (np.array([object()]), None),
        ([object()], None),
        (torch.eye(3).to_sparse(), None),
        (Calls(), None),
    ],
)
def test_what_can_be_copied_has_a_size(value, size):
    assert size_of(value) == size


def test_copies_share_nothing_with_what_they_are_of():
    values = {"rows": [np.zeros(2), torch.zeros(2)], "bits": torch.zeros(2, dtype=torch.bfloat16), "pair": (1, [2])}
    copies = copy_of(values)
    values["rows"][0] += 1
    values["rows"][1] += 1
    values["bits"] += 1
    values["pair"][1].append(3)
    assert [array.sum() for array in (*copies["rows"], copies["bits"])] == [0, 0, 0]
    assert copies["pair"] == (1, [2])


def test_who_waits_long_is_told_how_much_is_left(capsys, monkeypatch):
    monkeypatch.setattr("trainer_hooks.waiting.AFTER_S", 0)
    monkeypatch.setattr("trainer_hooks.waiting.EVERY_S", 0)
    with WaitingBar(4, 8_000_000) as bar:
        bar.show(4, 8_000_000)
        bar.show(1, 2_000_000)
    first, last = capsys.readouterr().err.splitlines()
    assert first == "tailboard: 4 logged items (8.0 MB) are being encoded"
    assert last.startswith("tailboard: done after")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with WaitingBar(4, 8_000_000) as bar:
        bar.show(1, 2_000_000)
    assert "\rtailboard: [##################......] 3 of 4 logged items encoded, 2.0 MB left" in capsys.readouterr().err
