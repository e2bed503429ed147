"""The picture in a notebook's cell: a real kernel runs real cells."""

import sys
from pathlib import Path

import nbformat
import pytest
from jupyter_client import AsyncKernelManager
from nbclient import NotebookClient

ROOT = Path(__file__).parents[3]
SVG = "image/svg+xml"


class Notebook(NotebookClient):
    """Runs cells and keeps every picture that a cell showed, in order."""

    def __init__(self, folder: Path, *cells: str) -> None:
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source=cell) for cell in cells])
        kernel = AsyncKernelManager(kernel_name="python3")
        kernel.kernel_spec.argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        super().__init__(book, km=kernel, resources={"metadata": {"path": str(folder)}}, timeout=300)
        self.pictures: list[dict] = []
        self.execute(env={"PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(folder)})

    def process_message(self, message, cell, cell_index):
        if message["msg_type"] in ("display_data", "update_display_data"):
            self.pictures.append(message["content"]["data"])
        return super().process_message(message, cell, cell_index)

    def printed(self, cell: int) -> str:
        return "".join(output.text for output in self.nb.cells[cell].outputs if output.output_type == "stream")


TRAINING = """
import trainer_hooks
run = trainer_hooks.init("runs/cell")
picture = trainer_hooks.live(every_s=0.05)
for step in range(5):
    run.log({"train/loss": 1 / (step + 1)}, step=step)
"""
END = """
run.finish()
print("ended:", picture.wait(120))
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    return Notebook(tmp_path_factory.mktemp("book"), TRAINING, END, "trainer_hooks.plot(run)")


def test_the_picture_is_drawn_anew_in_its_own_cell_until_the_run_has_ended(book):
    assert book.pictures[0] == {"text/plain": "cell · running: no scalar is logged yet"}
    last = book.pictures[-1]
    assert last["text/plain"] == "cell · finished · step 4"
    assert last[SVG].startswith("<?xml")
    assert len({picture.get(SVG) for picture in book.pictures}) >= 2
    [output] = [output for output in book.nb.cells[0].outputs if output.output_type == "display_data"]
    assert output.data[SVG] == last[SVG]
    assert book.printed(1) == "ended: True\n"


def test_a_plot_is_shown_once(book):
    [output] = book.nb.cells[2].outputs
    assert (output.output_type, "image/png" in output.data) == ("execute_result", True)
