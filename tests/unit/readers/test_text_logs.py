"""Text logs: lines in the forms of well-known trainers and in forms that the user gives."""

import math
from pathlib import Path

import pytest

from app.readers.text import READER, Text
from app.readers.text_forms.patterns import MAX_LINE, LineReader, PatternError, compile_pattern


def read(folder: Path, text: str, *patterns: str):
    path = folder / "train.log"
    path.write_text(text)
    log = Text([compile_pattern(pattern) for pattern in patterns]).open(path)
    while log.poll().behind:
        pass
    return log


def found(folder: Path, *patterns: str, named: bool = False):
    reader = Text([compile_pattern(pattern) for pattern in patterns])
    return reader.find(folder, [path.name for path in folder.iterdir()], named=named)


def last(log) -> dict[str, tuple[int | None, float | None]]:
    return {tag: (facts.last_step, facts.last) for tag, facts in log.facts.items() if not facts.is_step}


KNOWN = {
    "nanogpt": (
        "step 500: train loss 1.25, val loss 1.5\niter 510: loss 1.75, time 25.50ms, mfu 30.05%\n",
        {
            "train loss": (500, 1.25),
            "val loss": (500, 1.5),
            "loss": (510, 1.75),
            "time": (510, 25.5),
            "mfu": (510, 30.05),
        },
    ),
    "llm.c": (
        "step    7/19560 | loss 10.5 (+nanz)| norm 15.25 (+nanz)| lr 1.00e-06 | 350.12 ms\n",
        {"loss": (7, 10.5), "norm": (7, 15.25), "lr": (7, 1e-6)},
    ),
    "llm.c's main.log": (
        "s:0 tel:11.5\ns:1 trl:10.5 lr:0.5\ns:250 tel:5.5\ns:250 eval:0.25\n",
        {"tel": (250, 5.5), "trl": (1, 10.5), "lr": (1, 0.5), "eval": (250, 0.25)},
    ),
    "modded-nanogpt": (
        "step:10/1000 val_loss:3.25 train_time:1234ms step_avg:12.5ms\n",
        {"val_loss": (10, 3.25), "train_time": (10, 1234.0), "step_avg": (10, 12.5)},
    ),
    "megatron": (
        " iteration       10/  500000 | elapsed time per iteration (ms): 123.5 | lm loss: 1.05E+01 |\n",
        {"elapsed time per iteration (ms)": (10, 123.5), "lm loss": (10, 10.5)},
    ),
    "megatron's counts of iterations": (
        " iteration       10/ 50 | lm loss: 1.5 | number of skipped iterations:   2 | number of nan iterations:   0\n",
        {"lm loss": (10, 1.5), "number of skipped iterations": (10, 2.0), "number of nan iterations": (10, 0.0)},
    ),
    "xgboost": (
        "[0]\ttrain-rmse:0.5\tval-rmse:0.75\n[10]\ttrain-rmse:0.25\tval-rmse:inf\n[11]\ttrain-rmse:0.125+0.003\n",
        {"train-rmse": (11, 0.125), "val-rmse": (10, math.inf)},
    ),
    "lightgbm": (
        (
            "[1]\ttraining's l2: 0.5\tvalid_1's l2: 0.75\n[2]\ttraining's l2: 0.25\tvalid_1's l2: 0.8\n"
            "Early stopping, best iteration is:\n[1]\ttraining's l2: 0.5\tvalid_1's l2: 0.75\n"
        ),
        {"training's l2": (2, 0.25), "valid_1's l2": (2, 0.8)},
    ),
    "catboost": (
        "0:\tlearn: 0.5\ttest: 0.75\tbest: 0.75 (0)\ttotal: 60ms\tremaining: 1m\n",
        {"learn": (0, 0.5), "test": (0, 0.75), "best": (0, 0.75)},
    ),
    "darknet": (
        " 100: 20.5, 31.5 avg loss, 0.001 rate, 4.0 seconds, 6400 images, 10.0 hours left\n",
        {
            "loss": (100, 20.5),
            "average": (100, 31.5),
            "rate": (100, 0.001),
            "seconds": (100, 4.0),
            "images": (100, 6400.0),
        },
    ),
    "timm": (
        "Train: 2 [  50/100 ( 50%)]  Loss: 6.5 (6.75)  LR: 1.000e-06\n",
        {"epoch": (250, 2.0), "Loss": (250, 6.5), "LR": (250, 1e-6)},
    ),
    "yolox": (
        "2024-05-01 12:00:00 | INFO     | core.trainer:270 - epoch: 2/300, iter: 10/100, total_loss: 15.5, lr: 1e-06\n",
        {"epoch": (210, 2.0), "total_loss": (210, 15.5), "lr": (210, 1e-6)},
    ),
    "huggingface beside a progress bar": (
        (
            "{'loss': 0.5, 'epoch': 1.0}\n\r      \r\x1b[A{'eval_loss': 0.75, 'epoch': 1.0}\n"
            " 20%|##  | 2/10 [00:01<00:04,  1.0s/it]{'loss': 0.25, 'epoch': 2.0}\n"
        ),
        {"loss": (2, 0.25), "eval_loss": (1, 0.75)},
    ),
    "mmdetection": (
        "2024-05-01 10:00:00,500 - mmdet - INFO - Epoch [2][50/100]\tlr: 1e-3, eta: 1 day, 5:11:43, loss: 0.5\n",
        {"epoch": (250, 2.0), "lr": (250, 1e-3), "loss": (250, 0.5)},
    ),
    "mmengine": (
        (
            "10/01 10:00:00 - mmengine - INFO - Epoch(train)  [1][ 50/100]  loss: 0.5\n"
            "10/01 10:00:01 - mmengine - INFO - Epoch(val) [1][25/25]    coco/bbox_mAP: 0.25\n"
        ),
        {"epoch": (150, 1.0), "loss": (150, 0.5), "val/coco/bbox_mAP": (150, 0.25)},
    ),
    "numbers of steps": (
        "Step 1,200/160,000, Total Loss: 10.5, Mel Loss: 3.75\nValidation Step 1,200, Total Loss: 8.5\n",
        {"Total Loss": (1200, 10.5), "Mel Loss": (1200, 3.75), "Validation/Total Loss": (1200, 8.5)},
    ),
    "epochs and steps within": (
        "Epoch [3/10], Step [100/600], Loss: 0.5\n",
        {"epoch": (1900, 3.0), "Loss": (1900, 0.5)},
    ),
    "fairseq json": (
        (
            '2021-05-01 10:00:00 | INFO | train_inner | {"epoch": 1, "loss": "9.5", "num_updates": "100"}\n'
            '2021-05-01 10:00:09 | INFO | valid | {"epoch": 1, "valid_loss": "8.5", "valid_num_updates": "120"}\n'
        ),
        {"epoch": (120, 1.0), "train_inner/loss": (100, 9.5), "valid/loss": (120, 8.5)},
    ),
    "fairseq": (
        (
            "2021-05-01 10:00:00 | INFO | train_inner | epoch 001:    100 / 1552 loss=9.5, num_updates=100, lr=1e-5\n"
            "2021-05-01 10:00:00 | INFO | valid | epoch 001 | valid on 'valid' subset | loss 8.5 | num_updates 120\n"
        ),
        {"epoch": (120, 1.0), "train_inner/loss": (100, 9.5), "train_inner/lr": (100, 1e-5), "valid/loss": (120, 8.5)},
    ),
    "older fairseq": (
        (
            "| epoch 001 | loss 9.5 | num_updates 100 | lr 0.5\n"
            "| epoch 001 | valid on 'valid' subset | loss 8.5 | num_updates 100\n"
        ),
        {"epoch": (100, 1.0), "loss": (100, 9.5), "lr": (100, 0.5), "valid/loss": (100, 8.5)},
    ),
    "marian": (
        (
            "[2019-03-25 14:25:38] Ep. 1 : Up. 500 : Sen. 2,946 : Cost 10.5 * 24,692 after 4,350 : Time 311.5s : "
            "75.5 words/s : L.r. 1.25e-08\n"
            "[2019-03-25 14:30:00] [valid] Ep. 1 : Up. 500 : bleu-detok : 28.5 : stalled 12 times\n"
        ),
        {
            "Ep.": (500, 1.0),
            "Sen.": (500, 2946.0),
            "Cost": (500, 10.5),
            "Time": (500, 311.5),
            "words/s": (500, 75.5),
            "L.r.": (500, 1.25e-8),
            "valid/bleu-detok": (500, 28.5),
        },
    ),
    "keras": (
        "Epoch 3/10\n 5/50 [=>....] - ETA: 3s - loss: 9.5\r50/50 [====] - 5s 3ms/step - loss: 1.5 - val_loss: 1.75\n",
        {"loss": (3, 1.5), "val_loss": (3, 1.75)},
    ),
    "stable-baselines": (
        (
            "-----------------------------\n| rollout/           |      |\n|    ep_rew_mean     | 22.5 |\n"
            "| time/              |      |\n|    fps             | 815  |\n|    total_timesteps | 2048 |\n"
            "-----------------------------\n"
        ),
        {"rollout/ep_rew_mean": (2048, 22.5), "time/fps": (2048, 815.0)},
    ),
    "baselines": (
        (
            "-----------------\n| loss | 1.5    |\n| name | ppo... |\n-----------------\n-----------------\n"
            "| loss | 0.5    |\n-----------------\n| loss | 9      |\n"
        ),
        {"loss": (1, 0.5)},
    ),
    "printed dictionaries": (
        "{'loss': 1.5, 'learning_rate': 1e-05, 'epoch': 0.5}\n{'loss': 0.5, 'learning_rate': 1e-06, 'epoch': 0.75}\n",
        {"loss": (1, 0.5), "learning_rate": (1, 1e-6), "epoch": (1, 0.75)},
    ),
}


@pytest.mark.parametrize(("text", "wanted"), KNOWN.values(), ids=KNOWN)
def test_lines_of_a_known_trainer_are_found_and_read(tmp_path, text: str, wanted: dict[str, tuple[int, float]]):
    log = read(tmp_path, "Loading the data ...\n" + text)
    assert last(log) == wanted
    assert list(found(tmp_path).runs) == [tmp_path / "train.log"]


def test_a_clock_at_the_beginning_of_a_line_is_its_wall_time(tmp_path):
    log = read(tmp_path, "2024-05-01 10:00:00,500 INFO step=3 loss=0.5\n")
    assert log.facts["loss"].last_time == 1714557600.5


def test_colours_and_nan_are_read(tmp_path):
    log = read(tmp_path, "\x1b[32mstep:  1  \x1b[0mloss: nan  \x1b[34mmemory:  1.5GiB(3.0%)\n")
    assert math.isnan(log.facts["loss"].last)
    assert log.facts["memory"].last == 1.5


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("README.txt", "Step 1: install 3 packages\nStep 2: run for 5 epochs\n"),
        ("server.log", "2024-05-01 10:00:00 GET /index.html 200 12 ms\n"),
        ("empty.log", ""),
        ("blob.out", "step 1: loss 0.5\n" + "\0" * 100),
        ("train.csv", "step 1: loss 0.5\n"),
    ],
)
def test_what_is_no_training_log_is_left_to_others(tmp_path, name: str, text: str):
    (tmp_path / name).write_text(text)
    finding = found(tmp_path)
    assert not finding.runs
    assert set(finding.declined) == ({name} if name.endswith(".log") else set())


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\x80\x02\x8a\nl\xfc\x9c\xf9 j\xa8"])
def test_what_is_no_text_at_all_is_not_said_to_lack_a_pattern(tmp_path, content: bytes):
    for name in ("picture.png", "train.log"):
        (tmp_path / name).write_bytes(content)
    (tmp_path / "notes").write_text("nothing of a training\n")
    finding = found(tmp_path, named=True)
    assert not finding.runs
    assert set(finding.declined) == {"notes"}


def test_a_log_that_begins_with_much_else_is_found_once_it_trains(tmp_path):
    path = tmp_path / "slurm-12.out"
    path.write_text("a setting\n" * 9000)
    assert not found(tmp_path).runs
    with path.open("a") as file:
        file.write("iter 0: loss 0.5\n" * 3000)
    assert list(found(tmp_path).runs) == [path]


def test_what_baselines_print_is_not_read_beside_the_same_as_a_table(tmp_path):
    (tmp_path / "log.txt").write_text("---------\n| loss | 1.5 |\n---------\n")
    assert found(tmp_path).runs
    (tmp_path / "progress.csv").touch()
    assert "progress.csv" in found(tmp_path).declined["log.txt"]
    assert found(tmp_path, named=True).runs


@pytest.mark.parametrize("line", [f"| a{' ' * 2000}|{' ' * 2000}x", f"step{' ' * 4000}x", f"iteration:{' ' * 4000}["])
def test_many_spaces_are_no_longer_work_than_other_signs(line):
    reader = LineReader([])
    assert [reader.row(line) for _ in range(100)] == [None] * 100  # at a second each this would not end


@pytest.mark.parametrize(
    ("log", "beside", "content"),
    [
        ("log.txt", "metrics.json", '{"data_time": 0.5, "iteration": 19, "total_loss": 1.5}\n'),
        ("20240501_100000.log", "20240501_100000.log.json", '{"mode": "train", "epoch": 1, "iter": 50, "loss": 1.5}\n'),
        ("20240501_100000.log", "vis_data/scalars.json", '{"loss": 1.5, "step": 50}\n'),
    ],
)
def test_a_printed_log_is_not_read_beside_the_same_as_json(tmp_path, log, beside, content):
    (tmp_path / log).write_text("iter: 19  total_loss: 1.5\n")
    (tmp_path / beside).parent.mkdir(exist_ok=True)
    (tmp_path / beside).write_text('{"acc": 0.5}\n')
    if beside == "metrics.json":
        assert [path.name for path in found(tmp_path).runs] == [log]  # final scores do not hold what the log does
    (tmp_path / beside).write_text(content)
    finding = READER.find(tmp_path, [log])
    assert (list(finding.runs), list(finding.declined)) == ([], [log])
    assert beside in finding.declined[log]
    assert READER.find(tmp_path, [log], named=True).runs


def test_named_groups_of_a_users_pattern_are_tags(tmp_path):
    pattern = r"at (?P<time>\S+) it (?P<iter>\d+) gen=(?P<generator>\S+) disc=(?P<critic>\S+)"
    log = read(tmp_path, "at 2024-05-01T10:00:00Z it 7 gen=0.5 disc=inf\nat x it 8 gen=- disc=2\n", pattern)
    assert last(log) == {"generator": (7, 0.5), "critic": (8, 2.0)}
    assert log.facts["generator"].last_time == 1714557600.0
    assert found(tmp_path, pattern).runs
    assert not READER.find(tmp_path, ["train.log"]).runs


def test_a_users_pattern_of_pairs_matches_as_often_as_it_can(tmp_path):
    pairs = r"\{(?P<tag>\w+)~(?P<value>[\d.]+)\}"
    assert last(read(tmp_path, "#12 {a~1.5} {b~2}\n", pairs)) == {"a": (0, 1.5), "b": (0, 2.0)}


def test_what_several_patterns_find_on_a_line_is_joined(tmp_path):
    log = read(tmp_path, "#12\n#13 {a~1.5}\n{b~2}\n", r"#(?P<step>\d+)", r"\{(?P<tag>\w+)~(?P<value>[\d.]+)\}")
    assert last(log) == {"a": (13, 1.5), "b": (13, 2.0)}


def test_known_forms_read_the_lines_that_no_pattern_of_the_user_matches(tmp_path):
    log = read(tmp_path, "step 1: loss 0.5\nstep 2: gain 3\n", r"loss (?P<mine>\S+)")
    assert last(log) == {"mine": (0, 0.5), "gain": (2, 3.0)}


@pytest.mark.parametrize(
    ("pattern", "words"),
    [("(", "no regular expression"), (r"loss (?P<time>\d+)", "no named group"), (r"(?P<tag>\w+)", "go together")],
)
def test_a_pattern_that_cannot_be_used_is_refused(pattern: str, words: str):
    with pytest.raises(PatternError, match=words):
        compile_pattern(pattern)


def test_a_long_line_is_looked_at_up_to_a_bound(tmp_path):
    log = read(tmp_path, "step 1: loss 0.5 " + "x" * MAX_LINE + " late 3\n" + "iter " * 100_000 + "\n")
    assert last(log) == {"loss": (1, 0.5)}


def test_other_patterns_make_another_stamp(tmp_path):
    read(tmp_path, "step 1: loss 0.5\n")
    path = tmp_path / "train.log"
    assert READER.stamps(path) == Text().stamps(path)
    assert READER.stamps(path) != Text([compile_pattern(r"(?P<loss>\S+)$")]).stamps(path)
