"""What is fuzzed: which file the bytes become, and what real and well-formed ones look like."""

import json
import os
import struct
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests import blocks, event_files
from tests.blocks import config, history, stats, summary

EVENTS = "events.out.tfevents.1732140000.host"


@dataclass(frozen=True)
class Target:
    """One way from the fuzzer's bytes to files.

    Attributes:
        file: what the file is called.
        seeds: makes bytes to begin from.
        encode: makes the content of the file; where it adds checksums, what they protect is reached.
        named: the file is taken by its content alone, as if a person had named it.
    """

    file: str
    seeds: Callable[[], Iterator[bytes]]
    encode: Callable[[bytes], bytes] = bytes
    named: bool = False

    def write(self, folder: Path, data: bytes) -> None:
        """Write the file, as old as if nobody wrote to it any more."""
        path = folder / self.file
        path.parent.mkdir(parents=True)
        path.write_bytes(self.encode(data))
        os.utime(path, (1e9, 1e9))


def split(data: bytes) -> list[bytes]:
    """Cut bytes into parts, each led by its length in two bytes; a part that is cut off is one all the same."""
    parts = []
    while len(data) > 2:
        (size,) = struct.unpack("<H", data[:2])
        parts.append(data[2 : 2 + size])
        data = data[2 + size :]
    return parts


def join(parts: list[bytes]) -> bytes:
    """Put parts together so that `split` finds them."""
    return b"".join(struct.pack("<H", len(part)) + part for part in parts if len(part) < 1 << 16)


def _framed(data: bytes) -> bytes:
    return b"".join(map(event_files.frame, split(data)))


def _payloads(file: bytes) -> list[bytes]:
    payloads, place = [], 0
    while place < len(file):
        (size,) = struct.unpack_from("<Q", file, place)
        payloads.append(file[place + 12 : place + 12 + size])
        place += size + 16
    return payloads


def _event_seeds() -> Iterator[bytes]:
    """Yield what torch writes, one kind a file, and forms that only others write."""
    from torch.utils.tensorboard import SummaryWriter

    rng = np.random.default_rng(0)
    calls: list[Callable[[SummaryWriter], object]] = [
        lambda writer: [writer.add_scalar("loss", 1 / step, step) for step in range(1, 40)],
        lambda writer: writer.add_scalar("new", 0.5, 3, new_style=True, double_precision=True),
        lambda writer: writer.add_image("image", rng.random((3, 4, 4)), 1),
        lambda writer: writer.add_histogram("weights", rng.normal(size=100), 2),
        lambda writer: writer.add_text("note", "größe", 1),
        lambda writer: writer.add_audio("sound", rng.random((1, 50)), 1, 8000),
        lambda writer: writer.add_pr_curve("pr", rng.integers(0, 2, 50), rng.random(50), 1, num_thresholds=5),
        lambda writer: writer.add_hparams({"lr": 0.1, "bn": True, "name": "x"}, {"acc": 0.5}, run_name="."),
        lambda writer: writer.add_mesh("mesh", rng.random((1, 4, 3)), None, rng.integers(0, 4, (1, 2, 3)), None, 1),
        lambda writer: writer.add_custom_scalars({"loss": {"both": ["Multiline", ["a", "b"]]}}),
    ]
    with tempfile.TemporaryDirectory() as folder:
        for number, call in enumerate(calls):
            with SummaryWriter(f"{folder}/{number}") as writer:
                call(writer)
        for path in sorted(Path(folder).rglob("*tfevents*")):
            yield path.read_bytes()
    tensors = [event_files.tensor("t", 0.5, form=form, packed=packed) for form in ("<f", "<d") for packed in (0, 1)]
    records = [event_files.event(event_files.summary(tensor), step=step) for step, tensor in enumerate(tensors)]
    yield b"".join([event_files.version(), event_files.session_start(0), *records, event_files.session_start(1)])


def _payload_seeds() -> Iterator[bytes]:
    for file in _event_seeds():
        yield join(_payloads(file))


def _wandb_records() -> list[bytes]:
    rows = [history({"loss": 1 / step, ("a", "b"): "text", "nan": float("nan")}, step) for step in range(1, 10)]
    picture = {"_type": "image-file", "path": "media/a.png", "width": 2, "height": 2}
    return [config({"lr": 0.1}), *rows, history({"picture": picture}), summary({"loss": 2}), stats(5.0, {"cpu": 3})]


def _in_blocks(records: list[bytes]) -> bytes:
    file = blocks.FILE_HEADER
    for record in records:
        file += blocks.framed(record, len(file))
    return file


_JSON_LINES = [
    b'{"step": 1, "loss": 0.5, "note": "x", "nested": {"a": 1, "b": [1, 2]}}\n{"step": 2, "loss": NaN}\n',
    b'{"epoch": 1, "iter": 10, "lr": 1e-3, "time": 0.1, "mode": "train"}\n{"mode": "val", "epoch": 1, "acc": null}\n',
    b'{"iteration": 0, "total_loss": 1e999, "eta": -Infinity, "big": 18446744073709551616}\n',
]
_DOCUMENTS = [
    {"loss": [1, 2, 3], "val": [0.5, None, 1.5]},
    [{"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": 0.25, "more": {"a": 1}}],
    {"log_history": [{"step": 1, "epoch": 0.1, "loss": 0.5}, {"step": 2, "eval_loss": 1}], "global_step": 2},
    {"steps": [1, 2], "training.loss": {"steps": [0, 1], "timestamps": ["2024-01-01T00:00:00"], "values": [1, 2]}},
]
_TABLES = [
    b"epoch,loss,val loss\n1,0.5,nan\n2,0.25,\n3,inf,1e-3\n",
    b"step\tloss\n10\t0.5\n20\t-1,5\n",
    b'# {"t_start": 1.5, "env_id": "x"}\nr,l,t\n1.0,10,0.5\n2.0,20,1.5\n',
    b" epoch   loss  \n     1    0.5 \n     2   0.25 \n",
    b'"a","b ""c"" d"\n"1","2"\n1,2,3\n',
]
_TEXT = [
    b"Epoch 1/10 loss: 0.5 - acc: 0.25\nEpoch 2/10 loss: 0.25 - acc: 0.5\n",
    b"2024-01-01 00:00:00 INFO step 10 | loss 0.5 | lr 1e-3\r 50%|#####     | 5/10 [00:01<00:01, 5it/s, loss=0.1]\n",
    b"[epoch=1, iter=20] train_loss=0.5 {'loss': 0.5, 'epoch': 0.1}\n",
]
_OWN = [
    b'{"_step":1,"_time":1.5,"loss":0.5,"nan":"NaN"}\n{"_resume":true,"_step":1,"_time":2}\n{"_step":1,"_time":2,"a":1}\n'
]
_OWN_MEDIA = [b'{"_step":1,"_time":1.5,"tag":"a","kind":"image","media_type":"image/png","file":"media/a.png"}\n']


def _documents() -> Iterator[bytes]:
    for document in _DOCUMENTS:
        yield json.dumps(document).encode()


TARGETS = {
    "event_file": Target(EVENTS, _event_seeds),
    "event_records": Target(EVENTS, _payload_seeds, _framed),
    "wandb_file": Target("run-x.wandb", lambda: iter([_in_blocks(_wandb_records())])),
    "wandb_records": Target(
        "run-x.wandb", lambda: iter([join(_wandb_records())]), lambda data: _in_blocks(split(data))
    ),
    "json_lines": Target("metrics.jsonl", lambda: iter(_JSON_LINES)),
    "json_object": Target("results.json", _documents),
    "trainer_state": Target("trainer_state.json", _documents),
    "sacred": Target("metrics.json", _documents),
    "table": Target("progress.csv", lambda: iter(_TABLES)),
    "monitor": Target("monitor.csv", lambda: iter(_TABLES)),
    "text": Target("train.log", lambda: iter(_TEXT)),
    "own": Target("metrics-host-1-0-0.jsonl", lambda: iter(_OWN)),
    "own_media": Target("media-host-1-0.jsonl", lambda: iter(_OWN_MEDIA)),
    "any": Target("file", lambda: iter([*_JSON_LINES, *_TABLES, *_TEXT, *_documents()]), named=True),
}
"""By the name that is given on the command line."""
