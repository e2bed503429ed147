"""Recognises the processes of one distributed job by what their launcher put into the environment."""

import os
import sys
from collections.abc import Mapping


def job_key(environment: Mapping[str, str]) -> str | None:
    """Return the same text in all processes of one job and no other, None for a process on its own.

    Known are srun (SLURM_JOB_ID and SLURM_STEP_ID), mpirun of Open MPI (PMIX_NAMESPACE), and torchrun or
    anything else that sets WORLD_SIZE and MASTER_ADDR. On one machine the launching process is part of the key.
    """
    get = environment.get
    if _above_one(get("SLURM_STEP_NUM_TASKS")) and "SLURM_PROCID" in environment:
        return f"slurm {get('SLURM_JOB_ID')}.{get('SLURM_STEP_ID')}.{get('SLURM_RESTART_COUNT', '0')}"
    if _above_one(get("OMPI_COMM_WORLD_SIZE")) and "PMIX_NAMESPACE" in environment:
        return f"mpi {get('PMIX_NAMESPACE')}"
    if not _above_one(get("WORLD_SIZE")) or "RANK" not in environment:
        return None
    rendezvous = f"{get('MASTER_ADDR')}:{get('MASTER_PORT')} {get('TORCHELASTIC_RUN_ID', '')}"
    one_machine = get("LOCAL_WORLD_SIZE", get("WORLD_SIZE")) == get("WORLD_SIZE")
    return f"torch {rendezvous} {os.getppid() if one_machine else ''}".rstrip()


def _above_one(text: str | None) -> bool:
    return text is not None and text.isdigit() and int(text) > 1


def rank(environment: Mapping[str, str]) -> int | None:
    """Return the number of this process in its distributed job, None for a process on its own.

    Args:
        environment: what the launcher left there: see `job_key`. Where it says nothing, torch.distributed is asked if
            it was set up.
    """
    for size, number in (
        ("WORLD_SIZE", "RANK"),
        ("SLURM_STEP_NUM_TASKS", "SLURM_PROCID"),
        ("OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"),
    ):
        told = environment.get(number, "")
        if _above_one(environment.get(size)) and told.isdigit():
            return int(told)
    distributed = sys.modules.get("torch.distributed")
    if distributed is not None and distributed.is_available() and distributed.is_initialized():
        return int(distributed.get_rank()) if distributed.get_world_size() > 1 else None
    return None
