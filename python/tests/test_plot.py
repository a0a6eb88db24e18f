"""Plots and reports: curves and colours of a run, its page in a frame, messages where a package lacks."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

import backless
from backless._rule_style import rule_style
from backless.plotting import _Group

NET = "dense 20, tanh, dense 10, tanh, dense 3"


@pytest.fixture
def axes_of_matplotlib():
    matplotlib = pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    matplotlib.use("Agg")
    pyplot = pytest.importorskip("matplotlib.pyplot")
    yield pyplot
    pyplot.close("all")


@pytest.fixture
def run(floats, tmp_path):
    x, y = floats
    trainer = backless.Trainer(NET, "fa", epochs=4, out=tmp_path / "run")
    history = trainer.fit(x[:200], y[:200], val=(x[200:], y[200:]))
    return history, backless.Run(tmp_path / "run")


def test_a_plot_has_the_figures_of_the_run(axes_of_matplotlib, run):
    for one in run:
        axes = one.plot(title="mine")
        assert len(axes) == 3 and axes[0].get_title() == "mine"
        assert axes[0].get_ylabel() == "val error, %" and axes[1].get_title() == "hidden block 0"
        (error,) = axes[0].get_lines()
        assert list(error.get_xdata()) == [1, 2, 3, 4] and error.get_label() == "fa"
        assert np.allclose(error.get_ydata(), [100 * epoch.val.error for epoch in run[0]], rtol=1e-6)
        for block in (0, 1):
            angles = axes[1 + block].get_lines()[0].get_ydata()
            expected = [epoch.angles[block].flat if epoch.angles else np.nan for epoch in run[0]]
            assert np.allclose(angles, expected, equal_nan=True, rtol=1e-6) and np.isfinite(angles).any()


def test_seeds_become_a_mean_with_a_band(axes_of_matplotlib, floats):
    def fit(rule, seed, **options):
        return backless.Trainer(NET, rule, seed=seed, epochs=2, **options).fit(*floats)

    several = [fit("dfa", seed) for seed in (1, 2, 3)]
    others = [fit("bp", 1), fit("bp", 2), fit("dfa", 1, lr=0.01)]
    axes = backless.plot([*several, *others])
    lines = {line.get_label(): line for line in axes[0].get_lines()}
    assert {"bp", "dfa 1", "dfa 2"} <= set(lines) and len(axes[0].get_lines()) == 4
    assert [text.get_text() for text in axes[0].get_legend().get_texts()] == ["bp", "dfa 1", "dfa 2"]
    errors = 100 * np.array([[epoch.train.error for epoch in history] for history in several])
    assert np.allclose(lines["dfa 1"].get_ydata(), errors.mean(axis=0))
    (band,) = axes[0].collections
    edges = band.get_paths()[0].vertices[:, 1]
    assert np.isclose(edges.max(), (errors.mean(axis=0) + errors.std(axis=0, ddof=1)).max())
    named = backless.plot({"mine": several[0], "both": several[1:]}, axes=axes[:1])
    assert {"mine", "both"} <= {line.get_label() for line in named[0].get_lines()}


def test_what_is_not_a_run_is_refused(axes_of_matplotlib, tmp_path):
    with pytest.raises(ValueError, match="no run to plot"):
        backless.plot([])
    with pytest.raises(TypeError, match="a str is no run"):
        backless.plot(["dfa"])


def test_without_matplotlib_or_pandas_a_sentence_says_so(floats, program, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    monkeypatch.setitem(sys.modules, "pandas", None)
    monkeypatch.setenv("BACKLESS_PROGRAM", program)
    history = backless.Trainer(NET, epochs=1).fit(*floats)
    with pytest.raises(ImportError, match=r"plot\(\) needs matplotlib: pip install matplotlib"):
        history.plot()
    with pytest.raises(ImportError, match=r"to_frame\(\) needs pandas: pip install pandas"):
        backless.compare(NET, *floats, rules=["dfa"], epochs=1).to_frame()


def styles_of_page(page):
    """Of a report: the colour and the dash of each of its classes s0, s1, ..."""
    light = page.split("prefers-color-scheme")[0]
    colors = dict(re.findall(r"--(s\d+):(#[0-9a-f]{6})", light))
    dashes = dict(re.findall(r"\.(s\d+)\{--c:var\(--s\d+\);--dash:([^}]*)\}", page))
    return {name: (color, dashes[name]) for name, color in colors.items()}


def test_colours_are_the_reports(program, tmp_path):
    """A picture of a run under each name of a rule, as the program draws it, has the style of this name."""
    names = [*(rule.name for rule in backless.rules()), "my-rule", "sign-dfa", "a", "bb", "ccc"]
    seen = set()
    for name in names:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "config.json").write_text(json.dumps({"options": {"rule": name, "net": "dense 3"}}))
        line = {"epoch": 1, "step": 1, "train_loss": 1.0, "train_error": 0.5, "angles": None}
        (folder / "log.jsonl").write_text(json.dumps(line) + "\n")
        page = subprocess.run(
            [program, "report", str(folder), "--output=-"], check=True, capture_output=True, text=True
        ).stdout
        (used,) = set(re.findall(r'class="[^"]*\b(s\d+)\b', page))
        style = rule_style(name)
        assert styles_of_page(page)[used] == (style.color, style.dash), name
        assert style.place == int(used[1:]), name
        seen.add(used)
    assert len(seen) > 12


def test_a_curve_has_the_colour_of_its_rule(axes_of_matplotlib, run):
    (line,) = run[0].plot()[0].get_lines()
    assert line.get_color() == rule_style("fa").color == "#b07000" and line.get_linestyle() == "--"
    assert _Group("fa", [run[0]._curves()]).style.line == (0.0, (6.0, 2.0))


def page_in_frame(shown):
    """The page inside an iframe, by a parser of XML: nothing of it is outside of the attribute."""
    frame = ElementTree.fromstring(shown)
    assert frame.tag == "iframe" and len(frame) == 0 and not frame.text
    assert "allow-same-origin" not in frame.attrib["sandbox"]
    return frame.attrib["srcdoc"]


def test_jupyter_shows_a_run_as_its_report(run, program, tmp_path, monkeypatch):
    monkeypatch.setenv("BACKLESS_PROGRAM", program)
    history, folder = run
    page = subprocess.run(
        [program, "report", str(folder.folder), "--output=-"], check=True, capture_output=True, text=True
    ).stdout
    assert folder.report().strip() == page.strip() and "<style>" in page
    for shown in (folder._repr_html_(), history._repr_html_()):
        assert "<style" not in shown and "<script" not in shown
        # a parser of attributes turns each line break into a blank
        assert page_in_frame(shown).split() == page.split()


def test_the_report_asks_for_nothing_from_elsewhere(run, program, monkeypatch):
    monkeypatch.setenv("BACKLESS_PROGRAM", program)
    page = run[1].report()
    assert "default-src 'none'" in page
    assert not re.findall(r'(?:src|href)="(?!data:|#)[^"]', page)


def test_without_a_folder_or_the_program_there_is_a_table_or_a_reason(floats, run, monkeypatch, tmp_path):
    history = backless.Trainer(NET, epochs=2).fit(*floats, val=floats)
    shown = history._repr_html_()
    assert shown.count("<tr>") == 3 and "<th>val_error</th>" in shown
    assert f"<td>{history[1].val.error:.4g}</td>" in shown
    monkeypatch.setenv("BACKLESS_PROGRAM", str(tmp_path / "none"))
    shown = html.unescape(run[1]._repr_html_())
    assert "no report is shown, because" in shown and "could not be run" in shown
    with pytest.raises(backless.Unsupported):
        run[1].report()
