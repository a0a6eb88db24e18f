#!/usr/bin/env python3
"""option_values.py PROGRAM - every option that the help of a command lists, with values that it may refuse.

The options come from the help of each command, so that a new option is tested without a line here. An option
with a value gets 0, -1, nan, 1e99, abc, the empty text and a value that suits its placeholder, beside
arguments that are correct; one whose value is a path gets the empty text and a path. The command either
accepts the value, or refuses it: exit code 2, or 3 for a value that does not fit the data; one line on
standard error, which names the option; nothing on standard output; no file or folder is made.

A listed option must be accepted with at least one of the values, so that no help lists what its command
refuses; and no help lists an option twice.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

# In the quick test the library's options of train only; each option with a suitable value, and with 0 or abc
# or neither.
IS_QUICK = "QUICK_TESTS" in os.environ
VALUES = ["0", "-1", "nan", "1e99", "abc", ""]
FEW_VALUES = ["0", "abc", ""]  # of the library's options after the first command that has them

# Correct arguments of each command; commands that are not here need none. A second word that names no command
# marks other arguments for the options that the command has for itself.
COMPARED = ["--data", "t.csv", "--rules", "bp", "--epochs", "1", "--out", "made"]
ARGUMENTS = {
    "train": ["--data", "t.csv", "--epochs", "1", "--out", "made"],
    "compare": [*COMPARED],
    "compare seeds": [*COMPARED, "--seeds", "2"],
    "compare rates": [*COMPARED, "--rates", "1e-3"],
    "compare folds": [*COMPARED, "--folds", "2"],
    "compare tune": [*COMPARED, "--rates", "1e-3", "--seeds", "1"],
    "sweep": ["--data", "t.csv", "--rule", "bp", "--epochs", "1", "--out", "made"],
    "sweep lists": ["--data", "t.csv", "--rule", "bp,dfa", "--epochs", "1", "--out", "made"],
    "collect": ["sweep"],
    "eval": ["--model", "run", "--data", "t.csv"],
    "predict": ["--model", "run", "--data", "t.csv", "--output", "made.csv"],
    "export": ["run", "--onnx", "made.onnx"],
    "curves": ["run"],
    "report": ["run", "--output", "made.html"],
    "explain": ["dfa", "--net", "dense 2, tanh, dense C"],
    "explain data": ["dfa", "--data", "t.csv"],
    "info": ["run"],
    "completion": ["bash"],
    "data info": ["t.csv"],
    "bench": ["--nets", "1x800", "--rules", "linear", "--batches", "1", "--threads", "1",
              "--seconds", "0.01"],
    "reproduce": ["lillicrap2016", "--list"],
}
# A value for each placeholder whose first alternative is none, and for options whose values follow other
# rules.
SUITABLE = {"N": "1", "F": "0.5", "X": "0.5", "C": "1", "K": "2", "EPS": "0.1", "RATE": "0.1", "STEPS": "1",
            "SECONDS": "9", "I/K": "1/2", "I/N": "1/2", "COLUMN": "a", "COLUMNS": "b", "NAME": "a",
            "CxROWSxCOLS": "1x1x2", "ROWSxCOLS": "2x2", "LAYERS": "dense 2, tanh, dense C", "DIR": "made",
            "FILE": "made.file", "FILE.html": "made.html", "FILE.svg": "made.svg", "NAME|PATH": "t.csv",
            "PATH": "t.csv"}
SUITABLE_OF = {"rule": "fa", "freeze": "none", "angles": "1", "rules": "linear", "rates": "0.1",
               "slope": "cos a", "init": "fanin", "label": "label", "row": "lr 1e-3",
               "nets": "1x800", "batches": "1", "precisions": "float32", "optimizer": "sgd",
               "backends": "portable", "model": "run", "config": "c.json", "seconds": "0.01"}
# Options that are not called here: they train for minutes, or need what the folder of the test lacks.
NOT_CALLED = {
    ("bench", "all"): "minutes", ("bench", "net"): "another net than --nets", ("bench", "shape"): "--net",
    ("bench", "threads"): "cores", ("reproduce", "check"): "a result", ("reproduce", "table"): "a table",
    ("reproduce", "collect"): "run folders", ("reproduce", "page"): "arguments without --list",
    ("train", "resume"): "arguments without data",
    ("data info", "data"): "a word instead of this option",
}
NO_COMMANDS = {"data", "help", "data get"}  # data get uses the network; data_get.sh calls it
EXIT_USAGE, EXIT_DATA = 2, 3
# The words by which messages name an option without its key.
NAMED = {"net": "layer|net", "rates": "lr", "id-column": "id column", "label": "label|labels|column",
         "feedback-at": "feedback position"}


def run(program, words, folder):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("BACKLESS_")}
    environment["BACKLESS_THREADS"] = "1"
    return subprocess.run([program, *words], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, errors="replace", timeout=300)


def commands_of(program, folder):
    """The names of all commands, "data get" for one within another."""
    names = re.findall(r"^    backless (\w+) ", run(program, ["help"], folder).stdout, re.M)
    parts = re.findall(r"^backless (data \w+)", run(program, ["help", "data"], folder).stdout, re.M)
    return [name for name in [*names, *sorted(set(parts))] if name not in NO_COMMANDS]


def options_of(program, command, folder):
    """The options that the help lists, as pairs of the name and the placeholder of its value, or ""."""
    text = run(program, [*command.split(), "--help"], folder).stdout
    found = re.findall(r"^  --([a-z0-9-]+)(?: (\S.*?))?(?:  +| (?=[a-z]))", text, re.M)
    return [(key, argument) for key, argument in found if key != "help"]


def snapshot(folder):
    return sorted(os.path.join(at, name) for at, folders, files in os.walk(folder)
                  for name in folders + files)


# Runs flush their logs to the disk, which takes longer than the training where the disk is busy; memory does
# not wait.
PLACE = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


class Tests:
    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        self.failures = 0
        self.n_accepted = 0
        self.n_refused = 0
        self.prepare()

    def run(self, *words):
        return run(self.program, words, self.folder)

    def prepare(self):
        """Makes a table, a configuration, a run, and a sweep for the commands that read them."""
        with open(os.path.join(self.folder, "c.json"), "w", encoding="utf-8") as config:
            config.write("{}")
        with open(os.path.join(self.folder, "t.csv"), "w", encoding="utf-8") as table:
            table.write("a,b,label\n" + "".join(f"{i},{i * 7 % 5},{'xy'[i % 2]}\n" for i in range(40)))
        for words in (["train", "--data", "t.csv", "--epochs", "1", "--quiet", "--out", "run"],
                      ["sweep", "--data", "t.csv", "--epochs", "1", "--quiet", "--rule", "bp,dfa",
                       "--out", "sweep"]):
            done = self.run(*words)
            if done.returncode != 0:
                sys.exit(f"cannot prepare: {done.stderr}")
        self.before = snapshot(self.folder)

    def complain(self, words, why, done):
        self.failures += 1
        print(f"FAILED: {' '.join(w or repr(w) for w in words)}: {why}; exit {done.returncode}\n"
              f"    stdout: {done.stdout[:200]!r}\n    stderr: {done.stderr[:500]!r}")

    def clean(self):
        made = [path for path in snapshot(self.folder) if path not in self.before]
        for path in made:
            if os.path.isdir(path) and not os.path.islink(path):
                shutil.rmtree(path, ignore_errors=True)
            elif os.path.exists(path):
                os.remove(path)
        return made

    def check(self, words, key):
        """Calls the program. Returns whether it accepts the arguments."""
        done = self.run(*words)
        made = self.clean()
        if done.returncode == 0:
            self.n_accepted += 1
            return True
        self.n_refused += 1
        lines = done.stderr.splitlines()
        names = "|".join([key, key.removesuffix("s"), NAMED.get(key, key)])
        if done.returncode not in (EXIT_USAGE, EXIT_DATA):
            self.complain(words, "refused by another exit code", done)
        elif len(lines) != 1:
            self.complain(words, f"{len(lines)} lines on standard error", done)
        elif not re.search(rf"(?<![a-z-])(--)?({names})(?![a-z-])", lines[0]):
            self.complain(words, "the message does not name the option", done)
        elif "no option" in lines[0]:
            self.complain(words, "the option is listed, and unknown", done)
        elif done.stdout:
            self.complain(words, "prints before it refuses", done)
        elif made:
            self.complain(words, f"makes {made} before it refuses", done)
        return False

    def values_of(self, key, argument, command):
        """The values to try; None is a switch."""
        if not argument:
            return [None]
        first = argument.split("|")[0].split(",")[0]
        suitable = SUITABLE_OF.get(key) or SUITABLE.get(argument) or SUITABLE.get(first) or first
        values = FEW_VALUES if key in self.library and command != "train" else VALUES
        if IS_QUICK:
            values = [["0"], ["abc"], []][len(self.listed) % 3]
        return ["", suitable] if re.search("DIR|FILE|PATH", argument) else [*values, suitable]

    def check_option(self, name, words, key, argument):
        for value in self.values_of(key, argument, words[0]):
            given = list(ARGUMENTS.get(name, []))
            if (name, key) == ("explain", "rule"):
                given.remove("dfa")
            if f"--{key}" in given:
                at = given.index(f"--{key}")
                del given[at:at + 2]
            flag = f"--{key}" if value is None else f"--{key}={value}"
            if self.check([*words, *given, flag], key):
                self.accepted.add((" ".join(words), key))

    def check_command(self, name, has_library_options):
        """Checks the options of a command; without has_library_options those that it has for itself."""
        words = name.split(" ") if name in self.commands else name.split(" ")[:1]
        command = " ".join(words)
        options = options_of(self.program, command, self.folder)
        for key, argument in options:
            if [k for k, _ in options].count(key) > 1:
                self.failures += 1
                print(f"FAILED: backless {command} --help lists --{key} twice")
            if (command, key) in NOT_CALLED or (key in self.library and not has_library_options):
                continue
            self.listed.add((command, key))
            self.check_option(name, words, key, argument)

    def main(self):
        self.commands = commands_of(self.program, self.folder)
        self.library = {key for key, _ in options_of(self.program, "train --list-options", self.folder)}
        self.accepted, self.listed = set(), set()
        for name in self.commands:
            self.check_command(name, name == "train" or not IS_QUICK)
        for name in [name for name in ARGUMENTS if name not in self.commands]:
            self.check_command(name, False)
        for command, key in sorted(self.listed - self.accepted):
            self.failures += 1
            print(f"FAILED: backless {command} --help lists --{key}, and no value of it is accepted here")
        if IS_QUICK:
            print("left out: the library's options of all commands but train, and some values; "
                  "option_values_all has them")
        print(f"{len(self.listed)} options: {self.n_accepted} values accepted, {self.n_refused} refused, "
              f"{self.failures} failed")
        return self.failures > 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=PLACE) as place:
        sys.exit(Tests(sys.argv[1], place).main())
