"""The notebooks in docs/notebooks run, quickly with BACKLESS_SHORT=1, and the tree has their outputs."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest

import backless

NOTEBOOKS = Path(__file__).parents[2] / "docs" / "notebooks"
NAMES = ["01_feedback_alignment", "02_alignment_on_cifar10", "03_own_rule"]
LARGEST_FILE = 300_000  # bytes
SECONDS_OF_A_CELL = 120  # 20 s for a whole notebook on an idle machine

pytestmark = pytest.mark.skipif(not NOTEBOOKS.is_dir(), reason="the notebooks are not beside the tests")


def source_of(cell):
    return "".join(cell["source"])


def printed_by(cell):
    return "".join("".join(output["text"]) for output in cell["outputs"] if output["output_type"] == "stream")


def has_picture(cell):
    return any("image/png" in output.get("data", {}) for output in cell["outputs"])


def test_the_folder_has_no_others():
    assert sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_outputs_are_in_the_tree(name):
    path = NOTEBOOKS / f"{name}.ipynb"
    assert path.stat().st_size < LARGEST_FILE
    cells = [c for c in json.loads(path.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == "code"]
    assert [c["execution_count"] for c in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        assert all(o["output_type"] != "error" and o.get("name") != "stderr" for o in cell["outputs"])
        assert printed_by(cell) or "print(" not in source_of(cell), source_of(cell)
        draws = any(line.startswith(("plt.show", "plot(")) for line in source_of(cell).splitlines())
        assert has_picture(cell) == draws, source_of(cell)


def has_cifar10():
    """Whether the library finds the images, without a download."""
    folder = Path(os.environ.get("BACKLESS_DATA", ""))
    try:
        backless.Data.load(folder if (folder / "data_batch_1.bin").is_file() else "cifar-10")
    except backless.Error:
        return False
    return True


def make_cifar10(folder):
    """Images in the files of CIFAR-10: noise around a pattern for each class."""
    random = np.random.default_rng(10)
    patterns = random.integers(40, 216, (10, 3072))
    for name, n in [*((f"data_batch_{i}", 100) for i in range(1, 6)), ("test_batch", 200)]:
        labels = random.integers(0, 10, n)
        images = np.clip(patterns[labels] + random.normal(0, 60, (n, 3072)), 0, 255)
        records = np.concatenate([labels[:, None], images], axis=1).astype(np.uint8)
        (folder / f"{name}.bin").write_bytes(records.tobytes())


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs(name, monkeypatch, tmp_path):
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")
    for needed in ("ipykernel", "matplotlib", *(["sklearn"] if name.startswith("01") else [])):
        pytest.importorskip(needed, reason=f"{needed} is not installed")
    if "cifar10" in name and not has_cifar10():
        make_cifar10(tmp_path)
        monkeypatch.setenv("BACKLESS_DATA", str(tmp_path))
    import nbformat

    monkeypatch.setenv("BACKLESS_SHORT", "1")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    client = nbclient.NotebookClient(
        notebook,
        timeout=SECONDS_OF_A_CELL,
        kernel_name="python3",
        resources={"metadata": {"path": str(NOTEBOOKS)}},
    )
    client.execute()  # raises CellExecutionError with the traceback of a cell that fails
    if name == "03_own_rule":
        printed = "".join(printed_by(cell) for cell in notebook.cells if cell.cell_type == "code")
        assert "my-dfa has the bits of dfa: True" in printed
        assert "the delta is that of the equation: True" in printed
