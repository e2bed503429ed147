"""Settings that trainings write as YAML (hparams.yaml, args.yaml, config.yaml), read without running anything."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

_MAX_BYTES = 1 << 22


class _PlainLoader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    """Reads objects of other programs (`!!python/object:...`) as the plain values they are made of."""


def _as_plain(loader: Any, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node) or suffix.rpartition(":")[2]  # `!!python/name:torch.relu ''` has no more


_PlainLoader.add_multi_constructor("", _as_plain)


def read_yaml(path: Path) -> Mapping[str, Any]:
    """Return the mapping that a YAML file holds; empty where it is gone, holds none or cannot be parsed."""
    try:
        with path.open("rb") as file:
            value = yaml.load(file.read(_MAX_BYTES), _PlainLoader)
    except (OSError, yaml.YAMLError, ValueError, RecursionError):
        return {}
    return {str(key): one for key, one in value.items()} if isinstance(value, Mapping) else {}
