#!/usr/bin/env python3
"""check_lists.py BUILD - every test, label, target, preset and script that a list of the tree names exists.

A filter of ctest that names a test which has been renamed matches nothing, without a message. So the names in
CMakePresets.json, Makefile, .ci/run and scripts/*.sh are compared with the tests and targets of the build
folder BUILD, the presets, the rules of the Makefile, and the files of the tree. In a regular expression each
alternative must match a test. Each finding is one line, file: sentence. With --self-test instead of BUILD,
check_lists.py must find every fault planted in lists of its own.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

# Variables of shell scripts with names that the script passes to ctest and to `cmake --build`. A variable
# here that the script does not assign is a finding.
TARGETS, TESTS = "targets", "tests"
VARIABLES = {"scripts/matrix.sh": {"bits": (TARGETS, TESTS), "linking_programs": (TARGETS, TESTS),
                                   "linking_scripts": (TESTS,), "alike": (TESTS,)}}

OPTION = re.compile(r"(?:^|\s)(--preset|--target|-R|-E|-L|-LE)[ =]+")
# The argument of an option: in quotes, or words up to an option, an operator, or the end of the line.
ARGUMENT = re.compile(r"""'([^']*)'|"([^"]*)"|((?:[^\s;&|>)-][^\s;&|>)]*[ \t]*)+)""")
COMMAND = re.compile(r"\b(?:ctest|cmake)\s.*?(?=\s(?:&&|\|\|?|;)|$)", re.M)
# An argument that contains a variable cannot be checked here. What the variables above hold is checked where
# they are assigned.
COMPUTED = re.compile(r"\$[\w({]")
MAKE = re.compile(r"(?:^|[;&|]|step \w+|beside \w+)\s*make(?:\s+-s)?\s+([a-z][\w-]*)", re.M)
PATH = re.compile(r"(?<![\w/.$}-])((?:scripts|tests|bench|cmake)/[\w/]+\.(?:sh|py|cmake))\b")


class Known:
    """The existing names: tests, labels, targets, presets, rules of the Makefile."""

    def __init__(self, tests, labels, targets, presets, rules):
        self.tests, self.labels, self.targets = tests, labels, targets
        self.presets, self.rules = presets, rules


def alternatives(pattern):
    """The regular expressions without | to which a pattern with groups and alternatives expands."""
    def sequence(at):
        found, heads = [], [""]
        while at < len(pattern) and pattern[at] != ")":
            if pattern[at] == "|":
                found, heads, at = found + heads, [""], at + 1
            elif pattern[at] == "(":
                tails, at = sequence(at + 1)
                heads = [head + tail for head in heads for tail in tails]
            else:
                length = 2 if pattern[at] == "\\" else 1
                heads, at = [head + pattern[at:at + length] for head in heads], at + length
        return found + heads, at + 1
    return sequence(0)[0]


def missing_tests(pattern, known):
    return [one for one in alternatives(pattern) if not any(re.search(one, test) for test in known.tests)]


def check_presets(text, known):
    presets = json.loads(text)
    configured = {preset["name"] for preset in presets["configurePresets"]}
    for kind in ("configurePresets", "buildPresets", "testPresets"):
        names = {preset["name"] for preset in presets[kind]}
        for preset in presets[kind]:
            where = f"{kind} {preset['name']}"
            if preset.get("configurePreset", preset["name"]) not in configured:
                yield f"{where}: no configure preset {preset['configurePreset']}"
            if preset.get("inherits", preset["name"]) not in names:
                yield f"{where}: no preset {preset['inherits']} to inherit"
            targets = preset.get("targets", [])
            for target in [targets] if isinstance(targets, str) else targets:
                if target not in known.targets:
                    yield f"{where}: no target {target}"
            for part in preset.get("filter", {}).values():
                for one in missing_tests(part.get("name", ""), known):
                    yield f"{where}: no test matches {one}"


def check_option(option, argument, known):
    if option in ("-R", "-E"):
        missing = [] if COMPUTED.search(argument) else missing_tests(argument, known)
        return [f"{option}: no test matches {one}" for one in missing]
    words = argument.split()
    what, names = "target", known.targets
    if option in ("-L", "-LE"):
        what, names = "test with the label", known.labels
    elif option == "--preset":
        what, names, words = "preset", known.presets, words[:1]
    return [f"{option}: no {what} {word}" for word in words
            if not COMPUTED.search(word) and word not in names]


def check_variables(name, text, known):
    for variable, kinds in VARIABLES.get(name, {}).items():
        match = re.search(rf"^{variable}='([^']*)'$", text, re.M)
        if not match:
            yield f"the list {variable} is not assigned"
            continue
        for one in match[1].split():
            if TARGETS in kinds and one not in known.targets:
                yield f"{variable}: no target {one}"
            anchored = one if one.startswith("^") else f"^({one})$"
            for part in missing_tests(anchored, known):
                yield f"{variable}: no test matches {part}"


def check_script(name, text, known, root):
    text = re.sub(r"\\\n\s*", " ", text)
    code = "\n".join(re.sub(r"(^|\s)#.*", "", line) for line in text.split("\n"))
    for command in COMMAND.findall(code):
        for match in OPTION.finditer(command):
            argument = ARGUMENT.match(command, match.end())
            words = next((group for group in argument.groups() if group), "") if argument else ""
            yield from check_option(match[1], words, known)
    for rule in MAKE.findall(code):
        if rule not in known.rules:
            yield f"make {rule}: the Makefile has no such rule"
    for path in PATH.findall(code):
        if not (root / path).exists():
            yield f"no file {path}"
    yield from check_variables(name, code, known)


def check_fuzz(root, known):
    """Checks that fuzz.sh has a target for each folder of the corpus, and that its settings name existing
    targets."""
    folders = sorted(path.name for path in (root / "tests/fuzz/corpus").iterdir() if path.is_dir())
    for folder in folders:
        if f"fuzz_{folder}" not in known.targets:
            yield f"tests/fuzz/corpus: no target fuzz_{folder}"
    text = (root / "scripts/fuzz.sh").read_text(encoding="utf-8")
    for names in re.findall(r"^ +([a-z][a-z0-9 |]*)\) (?:words|longest)=", text, re.M):
        for one in names.split(" | "):
            if one not in folders:
                yield f"scripts/fuzz.sh: no corpus {one}"


def findings(root, known):
    presets = (root / "CMakePresets.json").read_text(encoding="utf-8")
    found = [f"CMakePresets.json: {one}" for one in check_presets(presets, known)]
    scripts = [root / "Makefile", root / ".ci/run", *sorted((root / "scripts").glob("*.sh"))]
    for path in scripts:
        name = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        found += [f"{name}: {one}" for one in check_script(name, text, known, root)]
    return found + list(check_fuzz(root, known))


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def known_of(root, build):
    """The tests and targets of a build folder, the presets and rules of the tree."""
    tests = json.loads(output_of("ctest", "--test-dir", str(build), "--show-only=json-v1"))["tests"]
    labels = {label for test in tests for part in test.get("properties", ()) if part["name"] == "LABELS"
              for label in part["value"]}
    targets = (build / "target_names.txt").read_text(encoding="utf-8").split()  # cmake/target_names.cmake
    presets = json.loads((root / "CMakePresets.json").read_text(encoding="utf-8"))["configurePresets"]
    rules = re.findall(r"^([a-z][\w-]*)\s*:(?!=)", (root / "Makefile").read_text(encoding="utf-8"), re.M)
    return Known({test["name"] for test in tests}, labels, set(targets), {one["name"] for one in presets},
                 set(rules))


PRESETS = """{"configurePresets": [{"name": "default"}, {"name": "asan", "inherits": "default"}],
"buildPresets": [{"name": "asan", "configurePreset": "asan", "targets": ["test_run", "program"]}],
"testPresets": [{"name": "asan", "configurePreset": "asan",
                 "filter": {"include": {"name": "^test_(run|bits)$"}}}]}"""
GOOD = {
    "CMakePresets.json": PRESETS,
    "Makefile": "test:\n\tctest --preset default -LE slow\n\tcmake --build --preset asan --target program\n",
    ".ci/run": "step test make test\n# make nothing\nstep floors python3 tests/one.py\n",
    "scripts/matrix.sh": "bits='test_run test_bits'\nlinking_programs='test_run'\n"
                         "linking_scripts='cli run_all'\nalike='cli run.*'\n"
                         "ctest -R \"^($bits)\\$\" && cmake --target program \\\n    $bits &&\n"
                         "    ctest -L slow\n",
    "scripts/fuzz.sh": "    case $1 in\n    csv | npy) longest=512 ;;\n    esac\n",
    "tests/one.py": "",
    "tests/fuzz/corpus/csv/one": "",
    "tests/fuzz/corpus/npy/one": "",
}
KNOWN = Known({"test_run", "test_bits", "cli", "run_all"}, {"slow"},
              {"program", "test_run", "test_bits", "fuzz_csv", "fuzz_npy"}, {"default", "asan"}, {"test"})
# Planted faults: a file, text to replace in it, the replacement, and how the only finding begins (None: no
# finding).
FAULTS = [
    ("CMakePresets.json", "run|bits", "run|.*ts", None),
    ("CMakePresets.json", "run|bits", "run|bit", "CMakePresets.json: testPresets asan: no test matches ^te"),
    ("CMakePresets.json", '"test_run", ', '"test_ran", ', "CMakePresets.json: buildPresets asan: no tar"),
    ("CMakePresets.json", '"inherits": "default"', '"inherits": "debug"',
     "CMakePresets.json: configurePresets"),
    ("CMakePresets.json", '"configurePreset": "asan", "t', '"configurePreset": "tsan", "t',
     "CMakePresets.json: buildPresets asan: no configure preset tsan"),
    ("Makefile", "--preset default", "--preset defaults", "Makefile: --preset: no preset defaults"),
    ("Makefile", "-LE slow", "-LE slower", "Makefile: -LE: no test with the label slower"),
    ("Makefile", "--target program", "--target programs", "Makefile: --target: no target programs"),
    (".ci/run", "make test", "make tests", ".ci/run: make tests: the Makefile has no such rule"),
    (".ci/run", "one.py", "two.py", ".ci/run: no file tests/two.py"),
    ("scripts/matrix.sh", "='test_run ", "='cli ", "scripts/matrix.sh: bits: no target cli"),
    ("scripts/matrix.sh", "run_all", "run_some",
     "scripts/matrix.sh: linking_scripts: no test matches ^run_s"),
    ("scripts/matrix.sh", "='cli run.", "='clip run.", "scripts/matrix.sh: alike: no test matches ^clip$"),
    ("scripts/matrix.sh", "alike=", "others=", "scripts/matrix.sh: the list alike is not assigned"),
    ("scripts/matrix.sh", "--target program", "--target program pages",
     "scripts/matrix.sh: --target: no target pages"),
    ("scripts/matrix.sh", "-L slow", "-R '^(clap|cli)$'", "scripts/matrix.sh: -R: no test matches ^clap$"),
    ("scripts/fuzz.sh", "csv | npy", "csv | npz", "scripts/fuzz.sh: no corpus npz"),
]


def self_test():
    failures = 0
    for name, old, new, expected in [("Makefile", "", "", None)] + FAULTS:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for file, text in GOOD.items():
                (root / file).parent.mkdir(parents=True, exist_ok=True)
                assert file != name or old in text, (file, old)
                planted = text.replace(old, new, 1) if file == name else text
                (root / file).write_text(planted, encoding="utf-8")
            found = findings(root, KNOWN)
        is_right = found == [] if expected is None else len(found) == 1 and found[0].startswith(expected)
        if not is_right:
            failures += 1
            print(f"{name}, {old!r} as {new!r}: expected {expected}, found {found}")
    print(f"self-test: {len(FAULTS) + 1} trees, {failures} wrong")
    return failures


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: check_lists.py BUILD | --self-test")
    if sys.argv[1] == "--self-test":
        return 1 if self_test() else 0
    root = Path(__file__).resolve().parent.parent
    found = findings(root, known_of(root, Path(sys.argv[1])))
    print("\n".join(found) if found else "lists: every name exists")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
