import argparse
import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import torch

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
