"""Processes of a distributed training stop at one step, whoever of them was asked."""

import json

import pytest
import torch

from tests.logged import python
from trainer_hooks.integration.shared_stop import SharedStop

# In an interpreter of its own, which imports torch once and forks: what other tests began is not forked with it.
TWO_PROCESSES = """
import datetime as dt, json, os, sys
import torch, torch.distributed as dist
from trainer_hooks.integration import shared_stop
shared_stop.EXCHANGE_S = 0.0  # after every step

def train(number, meet, taking_part):
    dist.init_process_group("gloo", f"file://{meet}", dt.timedelta(seconds=120), world_size=2, rank=number)
    stop = shared_stop.SharedStop(torch.device("cpu"))
    if number in taking_part:
        stop.begin()
    for step in range(50):
        dist.all_reduce(torch.ones(1))  # the gradients
        if number in taking_part and stop.agreed(number == 1 and step >= 7):
            break
    return step

def in_two_processes(*arguments):
    children = []
    for number in range(2):
        children.append(os.fork())
        if children[-1] == 0:
            os._exit(train(number, *arguments))
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]

folder = sys.argv[1]
print(json.dumps([in_two_processes(f"{folder}/both", {0, 1}), in_two_processes(f"{folder}/one", {1})]))
"""


@pytest.fixture(scope="module")
def last_steps(tmp_path_factory):
    """The last step of either process: where both take part, and where the second does, which is asked at step 7."""
    return json.loads(python(TWO_PROCESSES, tmp_path_factory.mktemp("meet")).stdout)


def test_both_stop_after_the_same_step_though_one_was_asked(last_steps):
    assert last_steps[0] == [7, 7]


def test_where_one_does_not_take_part_nobody_waits_for_it_and_nobody_stops(last_steps):
    assert last_steps[1] == [49, 49]


def test_a_process_on_its_own_stops_at_once():
    stop = SharedStop(torch.device("cpu"))
    stop.begin()
    assert [stop.agreed(False), stop.agreed(True)] == [False, True]
