"""Lines of text logs as rows: by the patterns that a person gives, and by those of well-known trainers."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from app.readers._json import decode
from app.readers._rows import Row
from app.readers._steps import choose_step
from app.readers.text_forms.boosting import Rounds
from app.readers.text_forms.boxes import Boxes

MAX_LINE = 4096  # characters looked at: a pattern may take long on a long line

_NUMBER = (
    r"[-+]?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?"
    r"|[nN]a[nN]\b(?! iterations)|[iI]nf\b)"
)
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")  # colours, and progress bars that move the cursor
_CLOCK = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d{1,6})?")
_CLOCK_WITHIN = 80  # characters from the beginning of a line

# Every known line has one of these, most lines none.
_MAYBE = re.compile(r"step|iter|epoch|update|ep\.|^s:\d|train: +\d+ +\[|avg(?: loss)?, ", re.IGNORECASE)

# Such as "step 5: ", "Iter: 5", "iteration  5/ 100", "Epoch [1][50/7330]", "Train Epoch: 1 [640/60000 (1%)]", and of
# timm "Train: 1 [  50/1251 (  4%)]".
_COUNTER = re.compile(
    r"(?:\b(?P<phase>val|valid|validation|test|eval|evaluation)\s+)?"
    r"(?<![\w/])(?<!skipped )(?<!nan )(?P<name>step|iter|iteration|update|epoch|train(?=: +\d+ +\[))s?\b"
    r"(?:\((?P<mode>\w+)\))?\s*(?:[:=#]\s*)?"
    r"(?:\[\s*(?P<within>\d+)\s*/\s*(?P<total>\d+)\s*\]|(?:\[\s*)?(?P<count>\d[\d,]*)\]?)"
    r"(?:,?\s*\[\s*(?P<part>\d+)\s*/\s*(?P<parts>\d+)[^\]]*\]|\s*/\s*(?P<of>\d[\d,]*))?",
    re.IGNORECASE,
)
# Such as "loss: 1.5", "val_loss=1.5", "train loss 1.5", "time per iteration (ms): 1.5"; no dates and no clocks.
_PAIR = re.compile(
    r"(?<![\w@./%-])(?P<tag>[A-Za-z][\w@./%-]*(?: [A-Za-z][\w@./%-]*){0,4}(?: \([\w/%]+\))?)"
    rf"\s*(?:[:=]\s*|\s)(?P<value>{_NUMBER})(?![\d:]|\.\d|-\d)(?:[A-Za-z%]{{1,4}}(?![\w.=:]))?"
)
_NO_TAGS = frozenset({"eta"})
_METRIC = re.compile(
    r"loss|acc|cost|ppl|perplexity|bleu|rew|return|score|error|auc|iou|\bmap\b|f1|\blr\b|rmse|\bmae\b|\bl[12]\b|ndcg|\blearn\b"
    r"|\b(?:tel|trl)\b",  # as llm.c calls its losses
    re.IGNORECASE,
)

_FAIRSEQ_LOGGER = re.compile(r"\|\s*INFO\s*\|\s*(?P<logger>train_inner|train|valid\w*|test\w*)\s*\|\s*(?P<rest>.*)")
_FAIRSEQ_OLD = re.compile(r"^\|\s*epoch\s+\d+\s*[|:]")
_FAIRSEQ_SUBSET = re.compile(r"\|\s*\w+ on '(?P<name>\w+)' subset")
_FAIRSEQ_CELL = re.compile(rf"(?:^|[|,]\s*|\s)(?P<tag>[A-Za-z]\w*)(?:=|\s+)(?P<value>{_NUMBER})(?=\s*(?:$|[|,:/]))")

_MARIAN = re.compile(
    r"(?P<valid>\[valid\]\s*)?Ep\.\s*(?P<epoch>\d+(?:\.\d+)?)\s*:\s*Up\.\s*(?P<step>\d+)\s*:\s*(?P<rest>.*)"
)
_MARIAN_CELL = re.compile(rf"(?P<tag>[A-Za-z][\w./-]*)\s*:?\s+(?P<value>{_NUMBER})s?(?=\s|$)")
_MARIAN_SPEED = re.compile(rf"(?P<value>{_NUMBER})\s+(?P<tag>\w+/s)$")

_PRINTED = re.compile(r"(?:\S{1,20}:\s|.*\])?\s*(?P<dict>\{'.*\})\s*$")  # behind a rank or a progress bar
_PRINTED_CELL = re.compile(rf"'(?P<tag>[^']+)': '?(?P<value>{_NUMBER})'?(?=[,}}])")

_LLMC = re.compile(rf"s:(?P<step>\d+)(?: \w+:{_NUMBER})+$")
_LLMC_CELL = re.compile(rf" (?P<tag>\w+):(?P<value>{_NUMBER})")

_DARKNET = re.compile(
    rf"\s*(?P<step>\d+): (?P<loss>-?{_NUMBER}), (?P<average>-?{_NUMBER}) avg(?: loss)?, (?P<rate>{_NUMBER}) rate, "
    rf"(?P<seconds>{_NUMBER}) seconds, (?P<images>\d+) images"
)

_KERAS_EPOCH = re.compile(r"^Epoch (?P<epoch>\d+)/\d+\s*$")
_KERAS_DONE = re.compile(r"^\s*(\d+)/\1\s.*?\s-\s(?P<rest>\w+: .*)$")

LineToRow = Callable[[str], Row | None]


class PatternError(ValueError):
    """A pattern cannot be used; says why."""


def compile_pattern(text: str) -> re.Pattern[str]:
    """Compile a pattern that a person gave.

    Named groups are tags; `step`, `iter` or `epoch` counts the steps and `time` tells the time. In place of them two
    groups `tag` and `value` match once for each pair on the line.

    Raises:
        PatternError: it is no regular expression, or has no named groups that say what the numbers are.
    """
    try:
        pattern = re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise PatternError(f"{text!r} is no regular expression: {error}") from error
    groups = set(pattern.groupindex)
    if ("tag" in groups) != ("value" in groups):
        raise PatternError(f"{text!r} has only one of the groups tag and value; they go together")
    if not groups - {"time"}:
        raise PatternError(f"{text!r} has no named group for a value, such as (?P<loss>\\S+)")
    return pattern


class LineReader:
    """Reads the lines of one log, given in order.

    Args:
        patterns: that a person gave. What they find on a line is joined; the known ones read the lines without.
    """

    def __init__(self, patterns: Sequence[re.Pattern[str]]) -> None:
        self._patterns = patterns
        self._known = _KNOWN
        self._boxes = Boxes()
        self._rounds = Rounds()

    def row(self, line: str) -> Row | None:
        """Return what a line holds, by tag, or None where no pattern matches.

        Args:
            line: without its newline.

        Returns:
            The numbers; the best counter of steps among them as `step` unless it counts epochs, which other lines may
            count finer; and as text `wall_time`, where the line has a clock.
        """
        line = line[:MAX_LINE]
        if "\x1b" in line:
            line = _CONTROL.sub("", line)
        row = self._own_row(line) or self._boxes.row(line) or self._rounds.row(line) or self._known_row(line)
        if not row:
            return None
        counter = _finest(tuple(row))
        if counter not in {None, "step", "epoch", "Epoch"}:
            row["step"] = row.pop(counter)
        clock = _CLOCK.search(line, 0, _CLOCK_WITHIN)
        if clock:
            row.setdefault("wall_time", clock[0])
        return row

    def is_of_training(self, line: str) -> bool:
        """Tell whether a line matches the user's patterns, or measures what trainings do: not any third step is one."""
        row = self.row(line)
        return row is not None and (bool(self._own_row(line)) or any(map(_METRIC.search, row)))

    def _own_row(self, line: str) -> Row:
        row: Row = {}
        for pattern in self._patterns:
            row |= _own(pattern, line)
        return row

    def _known_row(self, line: str) -> Row | None:
        """Read a line by the known forms, from the first one on that belongs to one trainer by that alone."""
        if not _MAYBE.search(line):
            return None
        for read in self._known:
            row = read(line)
            if row:
                if read is not _counted:
                    self._known = (read,)
                return row
        return None


_finest = lru_cache(maxsize=1024)(choose_step)  # the lines of one log have few sets of tags


def _own(pattern: re.Pattern[str], line: str) -> Row:
    row: Row = {}
    for match in pattern.finditer(line):
        groups = {name: text for name, text in match.groupdict().items() if text is not None}
        if "tag" in groups and "value" in groups:
            groups[groups.pop("tag")] = groups.pop("value")
        for name, text in groups.items():
            number = _number(text)
            if number is not None:
                row[name.strip()] = number
            elif name == "time":
                row["wall_time"] = text
    return row


def _fairseq(line: str) -> Row | None:
    """Read `| INFO | train_inner | {json}`, `... | epoch 001: 10 / 50 loss=1.5` and older `| epoch 001 | loss 1.5`."""
    match = _FAIRSEQ_LOGGER.search(line)
    if match:
        logger, rest = match["logger"], match["rest"]
    elif _FAIRSEQ_OLD.match(line):
        subset = _FAIRSEQ_SUBSET.search(line)
        logger, rest = subset["name"] if subset else "", line
    else:
        return None
    row: Row = {}
    for tag, number in _json_pairs(rest) if rest.startswith("{") else _pairs(_FAIRSEQ_CELL, rest):
        name = tag.removeprefix(f"{logger}_")
        if choose_step([name]) == name or not logger:
            row[name] = number
        else:
            row[f"{logger}/{name}"] = number
    return row if len(row) > 1 else None


def _json_pairs(text: str) -> Iterator[tuple[str, float]]:
    try:
        value = decode(text.encode())
    except ValueError:
        return
    for tag, cell in value.items() if isinstance(value, dict) else ():
        number = _number(str(cell))
        if number is not None:
            yield tag, number


def _marian(line: str) -> Row | None:
    """Read `Ep. 1 : Up. 5 : Sen. 2,946 : Cost 9.5 : Time 31s : 75 words/s` and `[valid] Ep. 1 : Up. 5 : bleu : 20`."""
    match = _MARIAN.search(line)
    if match is None:
        return None
    row: Row = {"Ep.": float(match["epoch"]), "step": float(match["step"])}
    if match["valid"]:
        tag, _, rest = match["rest"].partition(" : ")
        number = _number(rest.partition(" : ")[0])
        return row | {f"valid/{tag.strip()}": number} if number is not None else None
    for cell in match["rest"].split(" : "):
        found = _MARIAN_SPEED.match(cell) or _MARIAN_CELL.match(cell)
        if found:
            row[found["tag"]] = float(found["value"].replace(",", ""))
    return row


def _keras(line: str) -> Row | None:
    """Read `Epoch 3/10`, and the last line of each epoch: `50/50 [====] - 5s 3ms/step - loss: 1.5 - acc: 0.5`."""
    epoch = _KERAS_EPOCH.match(line)
    if epoch:
        return {"epoch": float(epoch["epoch"])}
    done = _KERAS_DONE.match(line)
    return dict(_pairs(_PAIR, done["rest"])) if done else None


def _printed(line: str) -> Row | None:
    """Read a dictionary as Python prints it, which the Trainer of Hugging Face does: `{'loss': 1.5, 'epoch': 0.1}`."""
    match = _PRINTED.match(line) if "{'" in line else None
    return dict(_pairs(_PRINTED_CELL, match["dict"])) if match else None


def _llmc(line: str) -> Row | None:
    """Read `s:250 trl:3.5 lr:0.0006`, as llm.c writes its main.log."""
    match = _LLMC.match(line)
    return {"step": float(match["step"]), **dict(_pairs(_LLMC_CELL, line))} if match else None


def _darknet(line: str) -> Row | None:
    """Read ` 100: 20.5, 31.5 avg loss, 0.001 rate, 4.0 seconds, 6400 images`."""
    match = _DARKNET.match(line)
    return {name: _number(text) for name, text in match.groupdict().items()} if match else None


def _counted(line: str) -> Row | None:
    """Read a line that says which step it is at, and then pairs: nanoGPT, llm.c, Megatron-LM, mmdetection, ..."""
    counters = list(_COUNTER.finditer(line))
    if not counters:
        return None
    phase = counters[0]["phase"] or (counters[0]["mode"] if counters[0]["mode"] not in {None, "train"} else "")
    ends = [counter.start() for counter in counters[1:]] + [len(line)]
    rest = " | ".join(line[counter.end() : end] for counter, end in zip(counters, ends, strict=True))
    pairs = {f"{phase}/{tag}" if phase else tag: value for tag, value in _pairs(_PAIR, rest)}
    return _steps(counters, phase) | pairs if pairs else None


def _steps(counters: Sequence[re.Match[str]], phase: str) -> Row:
    """Return what a line counts; steps that begin anew with each epoch, `[50/7330]`, go on from one to the next.

    In a phase of validation such steps count something else: the line is at the step of the line before.
    """
    row: Row = {}
    for counter in counters:
        name, count = counter["name"].lower(), _number(counter["count"] or counter["within"])
        name = "epoch" if name == "train" else name
        total = counter["total"] or counter["of"]
        if counter["part"] and count is not None:
            if phase:
                return {}
            row["step"] = count * float(counter["parts"]) + float(counter["part"])
        elif total and count is not None and name != "epoch":
            count += row.get("epoch", 0.0) * float(total.replace(",", ""))
        row.setdefault(name, count)
    return row


_KNOWN: tuple[LineToRow, ...] = (_marian, _fairseq, _keras, _printed, _llmc, _darknet, _counted)


def _pairs(pattern: re.Pattern[str], text: str) -> Iterable[tuple[str, float]]:
    for match in pattern.finditer(text):
        number = _number(match["value"])
        if number is not None and match["tag"].lower() not in _NO_TAGS:
            yield match["tag"].strip(), number


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return None
