#!/usr/bin/env python3
"""check_transcripts.py PROGRAM - the commands that the tutorial and the page on troubleshooting show behind a
`$` print what is shown. The commands of a page run in its order and in one folder, which has
examples/iris.csv. Each line below a command must be a line of its output, in that order; `...` stands for any
lines. Commands on data that are not in the tree (--data mnist, --data cifar10), and on the runs of such a
command, are not run; the quick test also leaves out those of the page on troubleshooting that train with
several seeds, which take most of the time. Each section of the page on troubleshooting has a command that is
run; slow_runs.sh compares the speed of those in the section "It is slow". At its end the test checks that it
sees other figures, and a section without a command.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TREE = Path(__file__).resolve().parent.parent
SYMPTOMS = "docs/troubleshooting.md"
PAGES = ["docs/tutorial.md", SYMPTOMS]
# Runs flush their logs to the disk after each epoch, which takes longer than the training; memory is faster.
PLACE = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
NOT_HERE = re.compile(r"--data (mnist|cifar10)\b")
# In the quick test only; check_transcripts_all runs these commands.
SEVERAL_SEEDS = re.compile(r"--seeds (?!1\b)")
IS_QUICK = "QUICK_TESTS" in os.environ


def transcripts(text):
    """Yields (line number, command, shown lines). A block is indented; within it a command goes on while a
    quote is open, or behind a backslash."""
    command, shown, begun, indent = None, [], 0, ""
    for number, line in enumerate([*text.splitlines(), ""], 1):
        start = re.match(r"( {4,})\$ (.*)", line)
        is_inside = command is not None and line.startswith(indent) and line.strip()
        if command is not None and (start or not is_inside):
            yield begun, command, shown
            command = None
        if start:
            indent, command, shown, begun = start[1], start[2], [], number
        elif is_inside and not shown and (command.endswith("\\") or command.count("'") % 2 == 1):
            command += "\n" + line[len(indent):]
        elif is_inside:
            shown.append(line[len(indent):].rstrip())


def is_shown(shown, printed):
    """Whether the lines occur in that order: a line follows directly, except the first and behind `...`."""
    at, is_free = 0, True
    for line in shown:
        if line == "...":
            is_free = True
            continue
        while at < len(printed) and is_free and printed[at] != line:
            at += 1
        if at >= len(printed) or printed[at] != line:
            return False
        at, is_free = at + 1, False
    return True


def check(page, text, folder):
    faults, n_run, n_left, n_slow, absent = [], 0, 0, 0, []
    for number, command, shown in transcripts(text):
        is_slow = IS_QUICK and page == SYMPTOMS and SEVERAL_SEEDS.search(command)
        if is_slow or NOT_HERE.search(command) or any(f" {run}/" in command for run in absent):
            absent += re.findall(r"--out (\S+)", command)
            n_slow += bool(is_slow)
            n_left += not is_slow
            continue
        done = subprocess.run(["sh", "-c", command], cwd=folder, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        n_run += 1
        printed = [line.rstrip() for line in done.stdout.splitlines()]
        if not is_shown(shown, printed):
            faults.append(f"{page}:{number}: {command}\nprints other lines than are shown:\n{done.stdout}")
        if done.returncode and not any(line.startswith("backless: ") for line in shown):
            faults.append(f"{page}:{number}: {command}\nexit {done.returncode}:\n{done.stdout}")
    return faults, n_run, n_left, n_slow


def sections_without_a_command(text):
    parts = re.split(r"^## (.*)\n", text, flags=re.M)[1:]
    return [title for title, part in zip(parts[::2], parts[1::2])
            if all(NOT_HERE.search(command) for _, command, _ in transcripts(part))]


def prepare(folder, program):
    (folder / "examples").mkdir()
    shutil.copy(TREE / "examples" / "iris.csv", folder / "examples")
    (folder / "bin").mkdir()
    (folder / "bin" / "backless").symlink_to(Path(program).resolve())
    os.environ["PATH"] = f"{folder / 'bin'}:{os.environ['PATH']}"
    os.environ["BACKLESS_THREADS"] = "1"
    os.environ["BACKLESS_JOBS"] = "1"


def main():
    faults = []
    for page in PAGES:
        with tempfile.TemporaryDirectory(dir=PLACE) as name:
            prepare(Path(name), sys.argv[1])
            found, n_run, n_left, n_slow = check(page, (TREE / page).read_text(), Path(name))
        if n_slow:
            print(f"left out: {n_slow} commands of {page} that train with several seeds "
                  "(check_transcripts_all runs them)")
        print(f"{page}: {n_run} commands were run, {n_left} are on data that are not in the tree")
        if n_run < 2:
            faults.append(f"{page}: {n_run} commands, expected 2 or more")
        faults += found
    bare = sections_without_a_command((TREE / SYMPTOMS).read_text())
    faults += [f"{SYMPTOMS}: the section \"{title}\" has no command that is run" for title in bare]
    made = "## A\n\n    $ true\n\n## B\n\n    $ x --data mnist\n\n## C\n"
    if sections_without_a_command(made) != ["B", "C"]:
        sys.exit("sections without a command are not seen")
    wrong = "    $ printf 'a\\nb\\nc\\n'\n    a\n    ...\n    d\n"
    right = "\n    $ printf 'a\\nb\\nc\\n' \\\n          | cat\n    a\n    ...\n    c\n"
    found, n_run, _, _ = check("self-test", wrong + right, ".")
    if n_run != 2 or len(found) != 1:
        sys.exit(f"{len(found)} faults in {n_run} commands, expected 1 in 2")
    print("\n".join(faults))
    return 1 if faults else 0


sys.exit(main())
