"""What can be chosen is written down: options, variables, commands, kinds, readers, pages, make targets."""

import argparse
import re
import shlex
from pathlib import Path

import pytest
from flask import Flask

from app import api
from app.commands.options import SETTINGS
from app.commands.parser import build_parser, parse
from app.commands.walk import all_commands
from app.pages.walk import all_pages
from app.readers.walk import all_readers
from app.settings import Settings
from tests.arrays import ArrayStore

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMANDS = all_commands()
KINDS = sorted(path.parent.name for path in (ROOT / "app" / "kinds").glob("*/__init__.py"))
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def written() -> str:
    return "\n".join(page.read_text() for page in PAGES)


def section_of_options(command: str) -> str:
    text = (ROOT / "docs" / "options.md").read_text()
    return re.split(r"^## ", text.split(f"\n## {command}\n")[1], maxsplit=1, flags=re.MULTILINE)[0]


def flags(command: str) -> set[str]:
    actions = build_parser(COMMANDS[command], COMMANDS)._actions
    own = [action for action in actions if not isinstance(action, argparse._HelpAction | argparse._VersionAction)]
    return {flag for action in own for flag in action.option_strings}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_documented_and_every_documented_option_exists(command: str):
    documented = set(re.findall(r"^\| `(--[a-z-]+)", section_of_options(command), re.MULTILINE))
    shared = {option.flag for option in SETTINGS} | {"--open"} if command == "demo" else set()
    assert documented | shared == flags(command)


def test_every_environment_variable_of_a_setting_is_documented_beside_its_default():
    for option in SETTINGS:
        line = next(line for line in section_of_options("serve").splitlines() if line.startswith(f"| `{option.flag}"))
        assert f"`{option.env}" in line
        assert option.default is None or f"`{option.default}`" in line


def test_every_environment_variable_in_the_code_is_documented():
    code = "\n".join(
        path.read_text() for package in ("app", "trainer_hooks") for path in (ROOT / package).rglob("*.py")
    )
    named = set(re.findall(r"\"(TAILBOARD_[A-Z_]+[A-Z])\"", code))
    assert named
    assert {name for name in named if f"`{name}" not in written()} == set()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_documented(kind: str):
    assert re.search(rf"`{kind}`", written())


@pytest.mark.parametrize("reader", sorted(all_readers()))
def test_every_log_format_is_documented(reader: str):
    formats = (ROOT / "docs" / "formats.md").read_text()
    assert re.search(rf"^\| .*\(`{reader}`\).*\|.+\|.+\|", formats, re.MULTILINE)


@pytest.mark.parametrize("title", [page.title for page in all_pages()])
def test_every_page_is_documented(title: str):
    assert re.search(rf"^(\| \[?|## |\*\*){title}\b", written(), re.MULTILINE)


def routes() -> dict[str, set[str]]:
    """The addresses that the server answers, with their methods; what is variable in one is a capital word."""
    server = Flask("test")
    api.register(server, ArrayStore({}), Settings(roots=()))
    rules = [rule for rule in server.url_map.iter_rules() if rule.endpoint != "static"]
    named = {re.sub("<.*>", "NAME", rule.rule): {"GET", "POST"} & (rule.methods or set()) for rule in rules}
    return {route: methods for route, methods in named.items() if route != "/api/NAME"}


def documented_routes() -> dict[str, set[str]]:
    """What the tables of docs/http-api.md have in their first column: `GET /health`, `POST embeddings/job`."""
    text = (ROOT / "docs" / "http-api.md").read_text()
    found: dict[str, set[str]] = {}
    for method, route in re.findall(r"^\| `(GET|POST) ([\w/]+)", text, re.MULTILINE):
        found.setdefault(route if route.startswith("/") else f"/api/v1/{route}", set()).add(method)
    return found


def test_every_route_is_documented_and_every_documented_route_exists():
    assert documented_routes() == routes()


def test_every_parameter_of_a_route_is_documented():
    code = "\n".join(path.read_text() for path in (ROOT / "app" / "api").glob("*.py"))
    asked = set(re.findall(r"(?:(?<![.\w])(?:needed|count|choice|flag|number)|args\.(?:get|getlist))\(\"(\w+)\"", code))
    text = "\n".join((ROOT / "docs" / name).read_text() for name in ("http-api.md", "table.md", "hyper-parameters.md"))
    assert {"run", "steps"} <= asked
    assert {name for name in asked if not re.search(rf"[`?&]{name}\b", text)} == set()


def documented_lines() -> list[str]:
    """Lines of shell in the documentation, without what a prompt or a comment adds."""
    blocks = [
        body for page in PAGES for language, body in BLOCK.findall(page.read_text()) if language in ("", "sh", "bash")
    ]
    lines = [line.split(" #")[0].strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]
    inline = re.findall(r"`((?:python -m app|tailboard|make)(?: [^`]*)?)`", written())
    return [line for line in [*lines, *inline] if "..." not in line]


def test_every_documented_command_line_is_understood():
    lines = [line for line in documented_lines() if re.match(r"(python -m app|tailboard) ", line)]
    assert lines
    for line in lines:
        words = shlex.split(re.sub(r"^(python -m app|tailboard)", "", line))
        if words not in [[name] for name in COMMANDS]:  # the bare name of a command is a mention of it
            parse(COMMANDS, words)


def test_every_documented_make_target_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {line.split()[1] for line in documented_lines() if re.match(r"make [a-z]", line)}
    assert named
    assert named <= targets


def test_every_block_of_python_in_the_readme_compiles():
    blocks = [body for language, body in BLOCK.findall((ROOT / "README.md").read_text()) if language == "python"]
    assert blocks
    for number, body in enumerate(blocks):
        compile(body, f"README block {number}", "exec")


def test_every_link_between_the_pages_leads_somewhere():
    links = [(page, target) for page in PAGES for target in re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text())]
    assert links
    assert [f"{page.name}: {target}" for page, target in links if not (page.parent / target).exists()] == []
