#!/usr/bin/env python3
"""check_docs.py PROGRAM - the documents hold together: relative links lead to files of the tree and to
headings that exist; each command `backless ...` that a document shows names a command and options that the
program has; each option in backquotes is one of the program's; and running text has at most 110 columns.
First the test checks that it sees faults.

Commands are read in blocks of code (indented by four blanks, or fenced) and between backquotes, up to a pipe,
a redirection or a comment.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

TREE = Path(__file__).resolve().parent.parent
PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
PAGES += sorted(f"docs/{page.name}" for page in TREE.glob("docs/*.md"))
# The changelog names options of earlier versions.
WITH_COMMANDS = [page for page in PAGES if page != "CHANGELOG.md"]
# Options of bench/peers/peers.py and of timeout, in text about these.
OTHER_OPTIONS = {"--busy", "--peers", "--self-test", "--signal"}

# Of running text, which is read in an editor too. A row of a table, an image and a line of a block of code
# cannot be broken.
MOST_COLUMNS = 110
# What `backless reproduce --page` writes.
NOT_WRAPPED = {"docs/reproduction.md"}


def slug(heading):
    """The anchor that GitHub gives a heading."""
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


def split_page(text):
    """Returns the text outside of blocks of code, and the lines inside, both as lists of (number, line)."""
    outside, inside, is_fenced, was_blank = [], [], False, True
    for number, line in enumerate(text.splitlines(), 1):
        goes_on = was_blank or (inside and inside[-1][0] == number - 1)
        if line.lstrip().startswith("```"):
            is_fenced = not is_fenced
        elif is_fenced or (line.startswith("    ") and goes_on):
            inside.append((number, line))
        else:
            outside.append((number, line))
        was_blank = not line.strip()
    return outside, inside


def anchors_of(text):
    anchors, seen = set(), {}
    for _, line in split_page(text)[0]:
        heading = re.match(r"#{1,6} (.*)", line)
        if heading:
            anchor = slug(heading[1])
            anchors.add(f"{anchor}-{seen[anchor]}" if anchor in seen else anchor)
            seen[anchor] = seen.get(anchor, 0) + 1
    return anchors


def check_links(page, text, tree):
    faults = []
    for number, line in split_page(text)[0]:
        for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`]*`", "", line)):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = target.partition("#")
            path = (tree / page).parent / name if name else tree / page
            if not path.exists():
                faults.append(f"{page}:{number}: there is no {target}")
            elif anchor and anchor not in anchors_of(path.read_text()):
                faults.append(f"{page}:{number}: {name or page} has no heading #{anchor}")
    return faults


def commands_of(text):
    """The commands of a page as (line number, words), without what is quoted."""
    outside, inside = split_page(text)
    shown, begun = [], None
    for number, line in inside:
        piece = line.strip()
        if begun and begun[1].endswith("\\") and begun[2] == number - 1:
            begun = (begun[0], begun[1][:-1] + " " + piece, number)
        else:
            begun = (number, piece, number)
        if not piece.endswith("\\"):
            shown.append(begun[:2])
    joined = "\n".join(line for _, line in outside)
    for code in re.finditer(r"`([^`]+)`", joined):
        shown.append((outside[joined.count("\n", 0, code.start())][0], " ".join(code[1].split())))
    for number, line in shown:
        begins = re.search(r"(?:^|[\s;&]|\$ )(?:\S*/)?backless (?=[a-z-])(.*)", line)
        # Not commands: the names of formats, and what a command of make does.
        if begins and not re.match(r"backless (result|plan) \d|make ", line):
            quoteless = re.sub(r"\"[^\"]*\"|'[^']*'", "X", begins[1])
            yield number, re.split(r"\s[|>;#&]|\s2>|;|\s{3,}", quoteless)[0].split()


class Program:
    """What `backless COMMAND --help` says, asked once for each command."""

    def __init__(self, path):
        self.path = path
        self.options = {}
        listed = subprocess.run([path, "--help"], capture_output=True, text=True).stdout
        self.commands = set(re.findall(r"^    backless ([a-z]+) ", listed, re.M)) | {"help"}
        if len(self.commands) < 10:
            sys.exit(f"{path} --help names {len(self.commands)} commands, expected 10 or more")
        for command in self.commands - {"help"}:
            done = subprocess.run([path, command, "--help"], capture_output=True, text=True)
            self.options[command] = set(re.findall(r"--[a-z][a-z0-9-]*", done.stdout + done.stderr))
        self.all_options = set().union(*self.options.values(), {"--version", "--help"})

    def fault(self, words):
        command = words[0]
        if command.startswith("--"):
            return None if command in self.all_options else f"no option {command} of backless"
        if command not in self.commands:
            return f"no command {command} of backless"
        for word in words[1:]:
            option = re.match(r"[\[(]?(--[a-z][a-z0-9-]*)", word)
            if option and option[1] not in self.options.get(command, self.all_options):
                return f"no option {option[1]} of backless {command}"
        return None


def check_commands(page, text, program):
    faults, found = [], 0
    for number, words in commands_of(text):
        found += 1
        fault = program.fault(words)
        if fault:
            faults.append(f"{page}:{number}: {fault}")
    for number, line in split_page(text)[0]:
        for code in re.findall(r"`([^`]+)`", line):
            option = re.match(r"(--[a-z][a-z0-9-]*)", code)
            if option and option[1] not in program.all_options | OTHER_OPTIONS:
                faults.append(f"{page}:{number}: no option {option[1]} of backless")
    return faults, found


def check_columns(page, text):
    faults = []
    for number, line in split_page(text)[0]:
        if len(line) > MOST_COLUMNS and not re.match(r"\s*(\||!\[|\S+$)", line):
            faults.append(f"{page}:{number}: {len(line)} columns, expected at most {MOST_COLUMNS}")
    return faults


def self_test(program):
    """Each line has one fault, except the last ones."""
    lines = {
        "[a](nowhere.md)": "there is no nowhere.md",
        "[a](b.md#nothing)": "b.md has no heading #nothing",
        "![a](nowhere.svg)": "there is no nowhere.svg",
        "[a](#here)": "a.md has no heading #here",
        "`backless train --rul dfa`": "no option --rul of backless train",
        "`backless tain --rule dfa`": "no command tain of backless",
        "`--rul dfa`": "no option --rul of backless",
        "\n    build/backless compare --data x \\\n        --proba": "no option --proba of backless compare",
        "```sh\nbackless eval --epochs 3 | cat --number\n```": "no option --epochs of backless eval",
        "word " * 22 + "x": "111 columns, expected at most 110",
        "word " * 21 + "words": None,
        "| " + "word " * 30 + "|\n![" + "word " * 30 + "](b.md)\n\n    " + "word " * 30: None,
        "[a](b.md#a-heading-of-it) `backless train --data 'x --y' --rule dfa` `--seeds`": None,
        "```\nbackless predict --model run --output - | sort --unique\n```": None,
    }
    with tempfile.TemporaryDirectory() as name:
        tree = Path(name)
        (tree / "b.md").write_text("# A `heading` of it\n")
        for line, fault in lines.items():
            text = f"text\n{line}\n"
            (tree / "a.md").write_text(text)
            found = check_links("a.md", text, tree) + check_commands("a.md", text, program)[0]
            found += check_columns("a.md", text)
            if [f.split(": ", 1)[1] for f in found] != ([fault] if fault else []):
                sys.exit(f"{line!r}: {found}, expected {fault}")


def main():
    program = Program(sys.argv[1])
    self_test(program)
    faults, commands = [], 0
    for page in PAGES:
        text = (TREE / page).read_text()
        faults += check_links(page, text, TREE)
        if page not in NOT_WRAPPED:
            faults += check_columns(page, text)
        if page in WITH_COMMANDS:
            more, found = check_commands(page, text, program)
            faults += more
            commands += found
    if commands < 60:
        faults.append(f"{commands} commands were found, expected 60 or more")
    print("\n".join(faults) or f"{len(PAGES)} documents and {commands} commands in them: nothing found")
    return 1 if faults else 0


sys.exit(main())
