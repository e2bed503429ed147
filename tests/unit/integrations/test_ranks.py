"""Processes of a distributed training stop at one step, whoever of them was asked."""

import datetime as dt
import multiprocessing

import torch
import torch.distributed as dist

from trainer_hooks import ranks
from trainer_hooks.ranks import SharedStop

STEPS = 50


def rank(number, folder, taking_part, asked_at, ended_at):
    """Do steps together with the other process; note the step after which this one stops."""
    ranks.EXCHANGE_S = 0.0  # after every step
    patience = dt.timedelta(seconds=120)
    dist.init_process_group("gloo", f"file://{folder}/meet", patience, world_size=2, rank=number)
    stop = SharedStop(torch.device("cpu"))
    if number in taking_part:
        stop.begin()
    for step in range(STEPS):
        dist.all_reduce(torch.ones(1))  # the gradients
        if number in taking_part and stop.agreed(number == 1 and step >= asked_at):
            ended_at[number] = step
            break
    dist.destroy_process_group()


def ends(folder, taking_part):
    """Run two processes of which the second is asked to stop at step 7; return the steps at which they ended."""
    context = multiprocessing.get_context("spawn")
    ended_at = context.Array("i", [-1, -1])
    processes = [context.Process(target=rank, args=(n, folder, taking_part, 7, ended_at)) for n in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    return list(ended_at)


def test_both_stop_after_the_same_step_though_one_was_asked(tmp_path):
    assert ends(tmp_path, {0, 1}) == [7, 7]


def test_where_one_does_not_take_part_nobody_waits_for_it_and_nobody_stops(tmp_path):
    assert ends(tmp_path, {1}) == [-1, -1]


def test_a_process_on_its_own_stops_at_once():
    stop = SharedStop(torch.device("cpu"))
    stop.begin()
    assert [stop.agreed(False), stop.agreed(True)] == [False, True]
