"""Step and time columns are known by their names, whatever the writer's spelling."""

import math

import pytest

from app.readers._steps import choose_step, choose_time, wall_seconds


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["epoch", "step", "loss"], "step"),
        (["loss", "Step", "Wall time"], "Step"),
        (["_step", "_timestamp", "loss"], "_step"),
        (["epoch", "trainer/global_step"], "trainer/global_step"),
        (["time/iterations", "time/total_timesteps", "train/n_updates"], "time/total_timesteps"),
        (["Epoch", "TotalEnvInteracts", "AverageEpRet"], "TotalEnvInteracts"),
        (["training_iteration", "time_total_s"], "training_iteration"),
        (["current_steps", "total_steps", "epoch"], "current_steps"),
        (["global/step", "step"], "step"),
        (["a/b/step", "loss"], None),
        (["loss", "stepsize"], None),
    ],
)
def test_the_finest_counter_of_steps_is_chosen(names: list[str], chosen: str | None):
    assert choose_step(names) == chosen


def test_the_column_of_wall_times_is_chosen_before_one_that_may_be_a_duration():
    assert choose_time(["time", "_timestamp"]) == "_timestamp"
    assert choose_time(["data_time", "loss"]) is None


@pytest.mark.parametrize("value", [1714557600.0, 1714557600, 1714557600000, 1714557600000000, 1714557600000000000])
def test_a_time_is_read_in_each_unit(value: float):
    assert wall_seconds(value) == 1714557600.0


@pytest.mark.parametrize("value", ["2024-05-01T10:00:00", "2024-05-01 12:00:00+02:00", "2024-05-01T10:00:00Z"])
def test_a_time_is_read_written_as_text_is_read(value: str):
    assert wall_seconds(value) == 1714557600.0


@pytest.mark.parametrize("value", [0.25, 3600, float("nan"), float("inf"), True, None, "12:30", "00:01:02.5", [1]])
def test_a_duration_is_no_time(value: object):
    assert math.isnan(wall_seconds(value))
