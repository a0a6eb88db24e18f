#!/usr/bin/env python3
"""check_formats.py PROGRAM - docs/formats.md names each key that the program writes into
the JSON files of a run, of a plan and of a failure and into the metadata of a model, in the section of that
file, and names no other. docs/results.md names the members of the files in results/. At its end the test
checks that it sees pages that are wrong.

The keys of a section are the words in backquotes in the first column of its tables, up to the last point.
"""

import json
import re
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path

TREE = Path(__file__).resolve().parent.parent
IRIS = str(TREE / "examples" / "iris.csv")
PAGE = "docs/formats.md"
DIVERGED = 5


def run(program, *arguments, code=0):
    done = subprocess.run([program, *arguments, "--quiet"], capture_output=True, text=True)
    if done.returncode != code:
        sys.exit(f"exit {done.returncode}, expected {code}: {arguments}\n{done.stderr}")


def train(program, out, *options):
    run(program, "train", "--data", IRIS, "--net", "dense 9, tanh, dense C", "--epochs", "2", "--no-report",
        "--out", out, *options)


def make_picture(path):
    """A grey PNG of one pixel."""
    def chunk(kind, content):
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\x80"))
                     + chunk(b"IEND", b""))


def make_arrays(path):
    """A .npz of 8 examples of one number, and their labels under a name of their own."""
    def array(shape, values):
        head = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}}}"
        head = head.encode().ljust(117) + b"\n"
        return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head + bytes(values)

    with zipfile.ZipFile(path, "w") as file:
        file.writestr("x.npy", array("(8, 1)", range(8)))
        file.writestr("truth.npy", array("(8,)", [0, 1] * 4))


def make_runs(program, folder):
    """Runs that have all keys together. Returns the keys that this build cannot write."""
    def at(name):
        return str(folder / name)

    train(program, at("plain"), "--rule", "dfa", "--val", "0.2", "--test-fraction", "0.3")
    train(program, at("steps"), "--rule", "dfa", "--angles", "1,5")
    train(program, at("resumed"), "--rule", "kp", "--optimizer", "sgd momentum 0.9")
    (folder / "resumed" / "log.jsonl").unlink()
    run(program, "train", "--resume", at("resumed"), "--epochs", "3", "--no-report")
    train(program, at("bounds"), "--rule", "adfa", "--adversarial", "0.01", "--max-norm", "9",
          "--clip-norm", "9", "--freeze", "0 until 1")
    train(program, at("clipped"), "--rule", "dfa", "--clip-value", "9")
    train(program, at("fold"), "--rule", "dfa", "--fold", "1/3")
    make_arrays(folder / "arrays.npz")
    train(program, at("arrays"), "--data", at("arrays.npz"), "--label", "truth")
    train(program, at("numbers"), "--label", "petal_width", "--target", "number", "--val", "0.2",
          "--test-fraction", "0.3")
    rows = [f"{i % 7},5;{'red' if i % 3 else 'blue'};{i % 2}" for i in range(90)]
    rows = ["length;color;class", ";red;0"] + rows
    (folder / "table.csv").write_text("\n".join(rows) + "\n")
    train(program, at("words"), "--data", at("table.csv"), "--missing", "impute", "--decimal", "comma")
    run(program, "sweep", "--data", IRIS, "--rule", "dfa", "--lr", "1e-3,1e-2", "--epochs", "1",
        "--no-report", "--out", at("plan"))
    run(program, "sweep", "--data", IRIS, "--rule", "bp", "--net", "3 x (dense 9, relu), dense C",
        "--optimizer", "sgd", "--lr", "1e6,1e5", "--epochs", "9", "--no-report", "--out", at("failed"),
        code=DIVERGED)
    make_picture(folder / "pictures" / "a" / "1.png")
    make_picture(folder / "pictures" / "b" / "2.png")
    try:
        train(program, at("resized"), "--data", at("pictures"), "--resize", "4x4")
    except SystemExit as why:
        print(f"left out: the metadata key pictures, because this build does not read them: {why}")
        return {"pictures"}
    return set()


def keys_of(value):
    if isinstance(value, list):
        return set().union(*map(keys_of, value))
    if not isinstance(value, dict):
        return set()
    return set(value).union(*map(keys_of, value.values()))


def keys_in(folder, pattern, without=()):
    """Of all objects in JSON files, one in a file or in a line. `without`: members that are left out."""
    found = set()
    for path in sorted(folder.glob(pattern)):
        text = path.read_text()
        for one in text.splitlines() if path.suffix == ".jsonl" else [text]:
            top = json.loads(one)
            found |= keys_of({key: value for key, value in top.items() if key not in without})
            found |= set(without) & set(top)
    if not found:
        sys.exit(f"{pattern}: no keys were found")
    return found


def metadata_in(folder):
    """The keys of the metadata, and those of the JSON values among them."""
    found = set()
    for path in folder.glob("*/model.safetensors"):
        with path.open("rb") as file:
            metadata = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))["__metadata__"]
        found |= set(metadata) | keys_of(json.loads(metadata["table"]))
    return found


def named(page, heading):
    """The words in backquotes in the first column of the tables between a heading and the next one."""
    lines = page.splitlines()
    if heading not in lines:
        sys.exit(f"{PAGE}: no line {heading!r}")
    words = set()
    for line in lines[lines.index(heading) + 1:]:
        if line.startswith("#") or re.fullmatch(r"[a-z]+\.json:", line):
            break
        if line.startswith("| `"):
            words |= {word.split(".")[-1] for word in re.findall(r"`([^`]+)`", line.split(" | ")[0])}
    return words


def check_page(page, folder, absent):
    """Returns the faults of the page, against the files in the folder."""
    faults = []

    def compare(what, are, said, also=frozenset()):
        faults.extend(f"{PAGE}: {what} has the key {key}" for key in sorted(are - said - also))
        faults.extend(f"{PAGE}: {what} has no key {key}" for key in sorted(said - are))

    config, log = named(page, "## config.json"), named(page, "## log.jsonl")
    compare("config.json", keys_in(folder, "*/config.json", without=("options",)), config)
    compare("log.jsonl", keys_in(folder, "*/log.jsonl"), log)
    compare("result.json", keys_in(folder, "*/result.json"), named(page, "## result.json"), config | log)
    columns = {"name", "kind", "words", "indicator", "decimal"}
    metadata = named(page, "The metadata are texts.") | columns
    compare("a model's metadata", metadata_in(folder) | absent, metadata)
    for key in columns:
        if f"`{key}`" not in page:
            faults.append(f"{PAGE}: nothing about the member {key} of a column")
    compare("plan.json", keys_in(folder, "*/plan.json", without=("options",)) - {"rule", "lr", "seed"},
            named(page, "plan.json:") | {"name"})
    compare("failure.json", keys_in(folder, "failed/*/failure.json"), named(page, "failure.json:"))
    return faults


def check_results():
    """docs/results.md describes the members of a result."""
    page = (TREE / "docs" / "results.md").read_text()
    members = keys_in(TREE, "results/*.json", without=("options",))
    missing = sorted(key for key in members if f"`{key}`" not in page)
    return [f"docs/results.md: nothing about the member {key}" for key in missing]


def self_test(page, folder, absent):
    """A page that lacks a key, or has one too many, is seen."""
    cases = {
        "config.json has the key working_folder": (r"\| `working_folder`", "| "),
        "log.jsonl has the key weights_hash": (r"\| `weights_hash`", "| "),
        "log.jsonl has no key batch_lost": ("`batch_loss`", "`batch_loss`, `batch_lost`"),
        "result.json has the key hardly_trained": (r"\| `hardly_trained`", "| "),
        "a model's metadata has the key lambda": (r"\| `lambda`", "| "),
        "plan.json has the key axes": (r"\| `axes`", "| "),
        "failure.json has no key wy": ("`why`", "`wy`"),
    }
    for fault, (old, new) in cases.items():
        if f"{PAGE}: {fault}" not in check_page(re.sub(old, new, page, count=1), folder, absent):
            sys.exit(f"not seen: {fault}")


def main():
    page = (TREE / PAGE).read_text()
    with tempfile.TemporaryDirectory() as name:
        absent = make_runs(sys.argv[1], Path(name))
        faults = check_page(page, Path(name), absent) + check_results()
        print("\n".join(faults) or f"{PAGE}: all keys")
        if not faults:
            self_test(page, Path(name), absent)
    return 1 if faults else 0


sys.exit(main())
