import re
import tomllib
from pathlib import Path

import app
import trainer_hooks

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_the_version_is_the_same_everywhere():
    assert app.__version__ == trainer_hooks.__version__ == PYPROJECT["project"]["version"]


def test_every_pinned_version_is_within_its_open_range():
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    lines = re.findall(r"^([^#\s]+)==(\S+)$", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    pins = {canonicalize_name(name): version for name, version in lines}
    wanted = [Requirement(text) for extra in PYPROJECT["project"]["optional-dependencies"].values() for text in extra]
    assert len(pins) == len(lines)
    for requirement in wanted:
        name = canonicalize_name(requirement.name)
        assert name == "tailboard" or (name in pins and requirement.specifier.contains(pins[name])), str(requirement)
