import io
import sys

import pytest

from app.commands.conversion.progress import Progress
from app.commands.conversion.strict import strict


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def put_on_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Make standard error a terminal. Not a fixture: capturing sets it anew when a test begins."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "60")
    return terminal


def shown(terminal: Terminal) -> str:
    """What is on the last line of a terminal."""
    return terminal.getvalue().rpartition("\x1b[K")[2]


def test_the_bar_counts_the_work_and_not_the_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    terminal = put_on_terminal(monkeypatch)
    with Progress([1, 3]) as progress:
        progress.tell(0.0, "small")
        assert shown(terminal) == "[........................]   0%  0 of 2 runs  small"
        progress.finish("small: done")
        progress.tell(1 / 3, "large")
        assert shown(terminal) == "[############............]  50%  1 of 2 runs  large"
    assert shown(terminal) == ""
    assert capsys.readouterr().out == "small: done\n"


def test_the_bar_is_never_longer_than_a_line(monkeypatch: pytest.MonkeyPatch):
    terminal = put_on_terminal(monkeypatch)
    with Progress([1]) as progress:
        progress.tell(0.5, "a-name-that-is-longer-than-the-terminal-is-wide")
        assert len(shown(terminal)) == 59


def test_without_a_terminal_there_are_plain_lines_alone(capsys: pytest.CaptureFixture[str]):
    with Progress([1]) as progress:
        progress.tell(0.5, "run")
        progress.finish("run: done")
    assert capsys.readouterr() == ("run: done\n", "")


def test_strict_json_cuts_nothing_off_and_ends_where_a_list_holds_itself():
    endless: list[object] = [1]
    endless.append(endless)
    assert strict({"text": "x" * 20_000, "n": float("nan"), 3: (1, None)}) == {
        "text": "x" * 20_000,
        "n": "NaN",
        "3": [1, None],
    }
    assert strict(endless)[0] == 1
