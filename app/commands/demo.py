"""`python -m app demo`: train on handwritten digits and watch it live."""

import argparse
import os
import sys
import time
from pathlib import Path

import app
from app.commands.contract import Command, UsageError
from app.commands.missing import require
from app.commands.options import add_settings, read_settings
from app.commands.serving import serve
from app.commands.trainings import Training, Trainings

GROUP = "digits"
TOUR = "tour"
TOUR_EPOCHS = 24
SIDE_BY_SIDE = 4
# Optimizer, learning rate, seed. The first four run side by side; 0.1 is too high a rate and diverges.
# Adam at 0.001 becomes the most accurate of them, so that one is repeated with two more seeds.
TOUR_RATES = (0.01, 0.003)
"""Of the two runs that log one of everything, so that each page has something to compare."""
PLAN = (
    ("adam", 0.001, 0),
    ("sgd", 0.01, 0),
    ("sgd", 0.003, 0),
    ("sgd", 0.1, 0),
    ("adam", 0.001, 1),
    ("adam", 0.001, 2),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the log folder, how long to train, and settings."""
    parser.add_argument(
        "--logdir", metavar="PATH", help="folder to train into (default runs/demo-DATE-TIME, a new one)"
    )
    parser.add_argument("--epochs", type=int, default=200, metavar="N", help="length of each training (default 200)")
    parser.add_argument("--open", action="store_true", help="show the page in this machine's browser")
    add_settings(parser)


def run(options: argparse.Namespace) -> int:
    """Train and serve; what was started ends with the app."""
    require("torch", "sklearn", "plotly")
    if options.epochs < 1:
        raise UsageError(f"--epochs: {options.epochs} is no training; give 1 or more")
    logdir = Path(options.logdir or time.strftime("runs/demo-%Y%m%d-%H%M%S")).expanduser().absolute()
    if (logdir / GROUP).exists():
        raise UsageError(f"--logdir: {logdir / GROUP} is there already; give a new folder, so that runs do not mix")
    logdir.mkdir(parents=True, exist_ok=True)
    settings = read_settings(options, [str(logdir)])
    example = find_example("train_digits.py")
    waiting = [plan_tour(logdir, rate, options.epochs) for rate in TOUR_RATES]
    waiting += [plan_training(example, logdir, *row, epochs=options.epochs) for row in PLAN]

    def trainings() -> Trainings:
        logdir.mkdir(parents=True, exist_ok=True)
        return Trainings(waiting, at_once=SIDE_BY_SIDE, environ=environment(example))

    return serve(settings, open_browser=options.open, beside=trainings)


def find_example(name: str) -> Path:
    """Where a training script is: beside the app in an installed wheel, in examples/ in a checkout."""
    package = Path(app.__file__).parent
    for place in (package / "demo" / name, package.parent / "examples" / name):
        if place.is_file():
            return place
    raise UsageError(f"{name} is neither in {package / 'demo'} nor in {package.parent / 'examples'}: reinstall")


def environment(example: Path) -> dict[str, str]:
    """Environment of a training: in a checkout it finds trainer_hooks there, installed or not."""
    root = str(Path(app.__file__).parents[1])
    if example.is_relative_to(Path(app.__file__).parent):
        return dict(os.environ)
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))}


def plan_training(example: Path, logdir: Path, optimizer: str, lr: float, seed: int, *, epochs: int) -> Training:
    """One run of the example, named after what sets it apart."""
    name = f"{GROUP}/{optimizer}-lr{lr:g}" + (f"-seed{seed}" if seed else "")
    settings = {"logdir": logdir, "name": name, "optimizer": optimizer, "lr": lr, "seed": seed, "epochs": epochs}
    arguments = [f"--{key}={value}" for key, value in settings.items()]
    return Training(name, [sys.executable, str(example), *arguments], logdir / GROUP / f"{Path(name).name}.log")


def plan_tour(logdir: Path, rate: float, epochs: int) -> Training:
    """One run that logs one of everything; a fraction of the epochs of the others is enough for that."""
    name = f"{TOUR}/lr{rate:g}"
    settings = {"logdir": logdir, "name": name, "lr": rate, "epochs": min(epochs, TOUR_EPOCHS)}
    arguments = [f"--{key}={value}" for key, value in settings.items()]
    return Training(name, [sys.executable, str(find_example("tour.py")), *arguments], logdir / TOUR / f"lr{rate:g}.log")


COMMAND = Command(
    name="demo",
    help="Train eight small networks on handwritten digits, for real, and watch them live.",
    extra="demo",
    add_arguments=add_arguments,
    run=run,
)
