import argparse
import dataclasses
import enum
import json
import math
from pathlib import Path
from typing import NamedTuple

import attrs
import numpy as np
import pydantic
import torch
from omegaconf import OmegaConf

from trainer_hooks.config import to_json


@dataclasses.dataclass
class Model:
    layers: int
    dropout: float


def test_configurations_keep_their_nesting():
    config = {
        "lr": 0.1,
        "model": Model(3, np.float32(0.5)),
        "args": argparse.Namespace(seed=torch.tensor(7), betas=(0.9, 0.999)),
        "name": None,
        "nesterov": True,
        4: "four",
    }
    assert to_json(config) == {
        "lr": 0.1,
        "model": {"layers": 3, "dropout": 0.5},
        "args": {"seed": 7, "betas": [0.9, 0.999]},
        "name": None,
        "nesterov": True,
        "4": "four",
    }


def test_what_json_does_not_know_becomes_text():
    found = to_json({"path": Path("data"), "kind": Model, "weights": np.zeros(2), "nan": math.nan, "inf": -math.inf})
    assert found == {
        "path": "data",
        "kind": str(Model),
        "weights": "[0. 0.]",
        "nan": "NaN",
        "inf": "-Infinity",
    }
    json.dumps(found, allow_nan=False)


def test_a_configuration_that_holds_itself_ends():
    config: dict = {}
    config["self"] = config
    assert "self" in to_json(config)


class Colour(enum.Enum):
    RED = "red"
    BLUE = 2
    MIXED = ("red", "blue")


@attrs.define
class Data:
    path: Path
    split: Colour = Colour.MIXED


class Schedule(pydantic.BaseModel):
    warmup: int = 10
    colour: Colour = Colour.BLUE


class Point(NamedTuple):
    x: int
    y: float


def test_declared_fields_keep_their_names():
    config = {"schedule": Schedule(), "data": Data(Path("digits")), "point": Point(1, 0.5), "colour": Colour.RED}
    assert to_json(config) == {
        "schedule": {"warmup": 10, "colour": "BLUE"},
        "data": {"path": "digits", "split": "MIXED"},
        "point": {"x": 1, "y": 0.5},
        "colour": "red",
    }
    assert to_json([Schedule, Data, Point]) == [str(Schedule), str(Data), str(Point)]


def test_what_omegaconf_holds_is_resolved_where_it_can_be():
    config = OmegaConf.create({"lr": 0.1, "twice": ["${lr}", "${lr}"], "path": Path("data"), "colour": Colour.RED})
    assert to_json({"all": config}) == {
        "all": {"lr": 0.1, "twice": [0.1, 0.1], "path": "data", "colour": "RED"},
    }
    assert to_json(OmegaConf.create({"lr": "${nowhere}", "seed": "???"})) == {"lr": "${nowhere}", "seed": "???"}
    assert to_json(OmegaConf.create([1, {"a": 2}])) == [1, {"a": 2}]
