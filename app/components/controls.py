"""Controls that choose one field of the view each. Their id says which; the browser binds them all alike."""

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component


def control_id(field: str) -> dict[str, str]:
    """Return the id of the control that chooses `field` of the view."""
    return {"control": field}


def text(field: str, label: str, placeholder: str, width: int | str) -> Component:
    """A line of text, applied shortly after typing; `width` in pixels or as CSS."""
    return dmc.TextInput(
        id=control_id(field),
        value="",
        placeholder=placeholder,
        debounce=150,
        size="xs",
        w=width,
        autoComplete="off",
        **{"aria-label": label, "data-field": field},
    )


def choice(field: str, label: str, options: Sequence[tuple[str, str]], value: str, width_px: int) -> Component:
    """One of a few options, each a value and the words shown for it."""
    return dmc.Select(
        id=control_id(field),
        data=[{"value": key, "label": words} for key, words in options],
        value=value,
        allowDeselect=False,
        size="xs",
        w=width_px,
        maxDropdownHeight=360,
        comboboxProps={"withinPortal": True, "width": "max-content", "position": "bottom-start"},
        **{"aria-label": label},
    )


def segments(field: str, label: str, options: Sequence[tuple[str, str]], value: str) -> Component:
    """One of two to four options, all in sight."""
    return dmc.SegmentedControl(
        id=control_id(field),
        data=[{"value": key, "label": words} for key, words in options],
        value=value,
        size="xs",
        **{"aria-label": label},
    )


def slider(field: str, label: str, low: float, high: float, step: float, value: float, width_px: int) -> Component:
    """A number in a range, applied while dragging."""
    return dmc.Slider(
        id=control_id(field),
        min=low,
        max=high,
        step=step,
        value=value,
        size="sm",
        w=width_px,
        label=None,
        updatemode="drag",
        thumbLabel=label,
    )


def flag(field: str, words: str, hint: str) -> Component:
    """A yes or no, as a button that stays down."""
    return html.Button(words, className="toggle", title=hint, **_act("toggle", field, pressed=False))


def options(*parts: Component) -> Component:
    """What is rarely changed, in a small panel below one button: the last of a bar; see `assets/js/22-options.js`."""
    hint = "More settings of this page (,)"
    return html.Div(
        [
            html.Button("options", className="toggle", title=hint, **_act("options"), **{"aria-expanded": "false"}),
            html.Div(list(parts), className="options", hidden=True, role="group", **{"aria-label": "Options"}),
        ],
        className="options-box",
    )


def bar_end(steps_id: str, sizes: Component, options: Component) -> Component:
    """The end of a bar, which stays together in one row: the place of the step's slider, sizes, and the rest."""
    return html.Div([html.Div(id=steps_id, className="bar-steps"), sizes, options], className="bar-end")


def option(words: str, *parts: Component, **attributes: Any) -> Component:
    """A line of such a panel: what it is about, and its controls."""
    return html.Div([html.Span(words, className="quiet"), *parts], className="option", **attributes)


def action(name: str, words: str, hint: str, class_name: str = "button") -> Component:
    """A button that the browser answers itself; see `assets/js/actions.js`."""
    return html.Button(words, className=class_name, title=hint, **_act(name))


def icon(name: str, act: str, hint: str) -> Component:
    """A button that shows a picture; the hint is its name for people who cannot see it."""
    return html.Button(className=f"icon icon-{name}", title=hint, **_act(act), **{"aria-label": hint})


def _act(name: str, field: str | None = None, *, pressed: bool | None = None) -> dict[str, Any]:
    attributes: dict[str, Any] = {"data-act": name, "type": "button"}
    if field is not None:
        attributes["data-field"] = field
    if pressed is not None:
        attributes["aria-pressed"] = "true" if pressed else "false"
    return attributes
