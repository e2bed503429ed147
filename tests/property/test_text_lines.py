"""Lines of text logs, pieced together from what known trainers print, never make the reader raise."""

from hypothesis import given
from hypothesis import strategies as st

from app.readers._rows import Rows
from app.readers.contract import Choices
from app.readers.text_forms.patterns import LineReader, compile_pattern

PARTS = st.sampled_from(
    [
        *(
            "Ep. ",
            "Up. ",
            " : ",
            "1.2.3",
            "Cost ",
            "[valid] ",
            "| INFO | train_inner | ",
            '{"loss": "',
            "nan",
            "epoch ",
        ),
        *("step", "[1][2/3]", "1,234", "=", ": ", "|", "-" * 12, "{'", "'}", "': ", "3/3 - ", "٣", "\x1b[1m"),
        "2024-99-01 10:00:00",
    ]
)
LINES = st.lists(st.lists(PARTS | st.text(max_size=5), max_size=12).map("".join), max_size=6)
PATTERNS = [compile_pattern(pattern) for pattern in (r"(?P<tag>\S+)=(?P<value>\S+)", r"at (?P<time>\S+) (?P<loss>\S+)")]


@given(lines=LINES)
def test_any_line_is_read_without_raising(lines):
    for patterns in ([], PATTERNS):
        reader = LineReader(patterns)
        rows = [row for line in lines if (row := reader.row(line))]
        for columns in Rows(Choices()).take(rows).values():
            assert 0 < len(columns) <= len(rows)
