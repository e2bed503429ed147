r"""Value filters of the table: `val/loss < 0.5 and run ~ adam`.

A condition is COLUMN OPERATOR VALUE; several are joined by `and`, and all must hold. A column or value that holds
an operator, a quote or the word `and` is written in double quotes, with `\"` for a quote in it.

| Operator | On numbers | On text |
| --- | --- | --- |
| `<` `<=` `>` `>=` | compares | - |
| `=` `!=` | compares; `nan`, `inf`, `-inf` are numbers | the whole text |
| `~` `!~` | - | regular expression found anywhere in it, or not |

A missing cell passes no condition but `COLUMN = none`; `COLUMN != none` keeps what was logged.
"""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from app.store.query import QuestionError
from app.store.table.matching import compiled

BoolArray = npt.NDArray[np.bool_]

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}
_QUOTED = r'"((?:[^"\\]|\\.)*)"'
_CONDITION = re.compile(
    rf"\s*(?:{_QUOTED}|([^<>=!~\"]+?))\s*(<=|>=|!=|!~|==|=|<|>|~)\s*(?:{_QUOTED}|([^\"]+?))(?:\s+and\s+|(?<!\sand)\s*$)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Condition:
    """One value filter on one column.

    Attributes:
        text: the value as written, without quotes.
        quoted: it was in quotes, so `none` and `nan` are plain words.
    """

    column: str
    operator: str
    text: str
    quoted: bool = False

    def __str__(self) -> str:
        return f"{_quote_name(self.column)} {self.operator} {_quote(self.text) if self.quoted else self.text}"

    @property
    def asks_missing(self) -> bool:
        """Whether it asks if the cell is there at all."""
        return not self.quoted and self.text.lower() == "none" and self.operator in ("=", "!=")


def parse_conditions(text: str) -> tuple[Condition, ...]:
    """Read conditions joined by `and`; the empty text is no condition. Raises QuestionError."""
    conditions, at = [], 0
    while at < len(text.rstrip()):
        found = _CONDITION.match(text, at)
        if found is None:
            raise QuestionError(
                f'The condition "{text[at:].strip()}" cannot be read. Write COLUMN OPERATOR VALUE, '
                "for example: val/loss < 0.5 and run ~ adam."
            )
        quoted_column, column, sign, quoted_value, value = found.groups()
        conditions.append(
            Condition(
                column=column.strip() if quoted_column is None else _unquote(quoted_column),
                operator="=" if sign == "==" else sign,
                text=value.strip() if quoted_value is None else _unquote(quoted_value),
                quoted=quoted_value is not None,
            )
        )
        at = found.end()
    return tuple(conditions)


def passing(cells: pa.Array, condition: Condition) -> BoolArray:
    """Tell which cells of a column meet a condition.

    Args:
        cells: shape (n,), text or numbers; null where missing, NaN where NaN was logged.
        condition: the condition, on this column.

    Returns:
        Shape (n,). False where a cell is missing, unless that was asked for.

    Raises:
        QuestionError: the operator or the value does not fit what the column holds.
    """
    present = np.asarray(cells.is_valid())
    if condition.asks_missing:
        return present if condition.operator == "!=" else ~present
    meets = _text_meets if pa.types.is_string(cells.type) else _numbers_meet
    return present & meets(cells, condition)


def _numbers_meet(cells: pa.Array, condition: Condition) -> BoolArray:
    if condition.operator not in _COMPARE:
        raise QuestionError(
            f"{condition.column} holds numbers; {condition.operator} is for text. Use one of < <= > >= = !=."
        )
    number = _number(condition, int if pa.types.is_integer(cells.type) else float)
    values = np.asarray(cells.fill_null(0))
    if number != number and condition.operator in ("=", "!="):
        return np.asarray(np.isnan(values) == (condition.operator == "="))
    return np.asarray(_COMPARE[condition.operator](values, number))


def _number(condition: Condition, kind: type[int] | type[float]) -> float:
    """Read the value, as a whole number where it is one and the column's: a float has 53 bits, a step 63."""
    try:
        return kind(condition.text)
    except ValueError:
        if kind is int:
            return _number(condition, float)
        raise QuestionError(f'{condition.column} holds numbers, and "{condition.text}" is not one.') from None


def _text_meets(cells: pa.Array, condition: Condition) -> BoolArray:
    if condition.operator in ("=", "!="):
        same = np.asarray(pc.equal(cells, condition.text).fill_null(False))
        return np.asarray(same == (condition.operator == "="))
    if condition.operator not in ("~", "!~"):
        raise QuestionError(
            f"{condition.column} holds text; {condition.operator} is for numbers. Use one of = != ~ !~."
        )
    search = compiled(condition.text).search
    different = cells.dictionary_encode()
    matches = np.array([bool(search(text)) for text in different.dictionary.to_pylist()], dtype=bool)
    found = np.append(matches, False)[np.asarray(different.indices.fill_null(len(matches)))]
    return np.asarray(found == (condition.operator == "~"))


def _quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _unquote(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def _quote_name(column: str) -> str:
    plain = column == column.strip() and not re.search(r'[<>=!~"]|\s', column)
    return column if plain else _quote(column)
