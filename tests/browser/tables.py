"""What the browser tests of the table page share: runs with numbers worth comparing, and what the grid shows."""

from pathlib import Path

from playwright.sync_api import Page, expect

import trainer_hooks

LOSSES = {
    "good": [0.9, 0.1 + 0.2, 0.25, 0.3125],
    "bad": [2.0, 1.5, float("nan"), float("inf")],
    "slow": [0.9, 0.8, 0.7, 0.6],
}


def write_runs(logdir: Path) -> None:
    """Write three runs of four steps: a loss at each, an accuracy at the even ones."""
    for place, (name, losses) in enumerate(LOSSES.items()):
        with trainer_hooks.init(logdir / name, config={"lr": 10.0**-place, "seed": 0, "note": "=1+1"}) as run:
            for step, loss in enumerate(losses):
                accuracy = {"val/accuracy": step / 10 + place / 100} if step % 2 == 0 else {}
                run.log({"train/loss": loss, **accuracy}, step=step)


def open_table(page: Page, url: str, query: str = "") -> None:
    """Open the page and wait until rows are there."""
    page.goto(f"{url}table{query}")
    expect(page.locator(".ag-center-cols-container [role='gridcell']").first).not_to_be_empty()


CELLS_OF_COLUMN = """([name, cells]) => {
  const place = (row) => Number(row.getAttribute("row-index"));
  const rows = [...document.querySelectorAll(".ag-row")].sort((a, b) => place(a) - place(b));
  const found = rows.map((row) => row.querySelector(`[col-id="${CSS.escape(name)}"]`)).filter(Boolean);
  return JSON.stringify(found.map((cell) => cell.innerText.trim())) === JSON.stringify(cells);
}"""


def expect_column(page: Page, name: str, cells: list[str]) -> None:
    """Wait until the cells of a column say this, from top to bottom."""
    page.wait_for_function(CELLS_OF_COLUMN, arg=[name, cells])
