#!/usr/bin/env python3
"""check_source_layers.py - checks which files may include which, and other rules of the tree that a compiler
does not check.

A file of src/ includes headers of its own folder and of lower layers of the source; folders on the same layer
do not include each other. Headers below src/program include of the public headers only backless_types.h, so
that a change of backless.h does not compile everything again. The program and the examples include the public
headers only. Names of rules occur in src/rules only, whose files in turn name no kind of network layer and no
backend. The folders of src/data, of src/train and of cli have orders of their own, and no files depend on
each other in a circle. A header declares only functions that are defined in its own folder or in a folder
below it. A finding is one line, file:line: sentence. With --self-test the script must find every fault that
is planted in small trees.
"""

import re
import sys
import tempfile
from pathlib import Path

LEVELS = {
    "base": 0,
    "backend": 1, "runlog": 1,
    "layers": 2, "losses": 2, "optim": 2, "file": 2,
    "net": 3, "data": 3,
    "program": 4,
    "rules": 5,
    "train": 6,
    "": 7,  # src/api*.c
}
PUBLIC_HEADERS = {"include/backless.h", "include/backless_experimental.h", "include/backless_rule.h",
                  "include/backless_types.h"}
TYPES_HEADER = "include/backless_types.h"

# The levels inside a folder: of its folders, of some of its own files, and, as "", of its other files.
# Folders on the same level, such as src/data/table and src/data/image, may not include each other.
INNER_LEVELS = {
    "src/data": {"set": 0, "": 1, "table": 2, "image": 2, "array": 3, "source": 4},
    "src/train": {"step": 0, "angles": 1, "options": 2, "model": 3, "trainer": 4, "setup": 5, "inspect": 6,
                  "run": 7},
    "cli": {"terminal": 0, "draw": 0, "protobuf": 0, "": 1, "bench": 2, "curves": 2, "tensorboard": 2,
            "verify": 2, "progress": 3, "report": 3, "runs": 4, "reproduce": 5, "help": 6, "complete": 7,
            "data": 7, "doctor": 8, "explain": 8, "model": 8, "train": 8, "compare": 9, "export": 9,
            "sweep": 9, "arguments.c": 10, "main.c": 11},
}

# What only some files may use: a pattern, these files, and what to use instead.
RESTRICTED = [
    (re.compile(r"#\s*pragma\s+omp|\bomp_\w+|<omp\.h>|\b_OPENMP\b"), set(),
     "threads come from src/base/parallel.c, not from OpenMP"),
    (re.compile(r"\bpthread_\w+|<pthread\.h>|\bthrd_\w+|<threads\.h>"), {"src/base/parallel.c"},
     "threads belong in src/base/parallel.c"),
    (re.compile(r"\b(malloc|calloc|realloc|aligned_alloc|posix_memalign|strdup|strndup)\s*\("),
     {"src/base/default_allocator.c"}, "memory comes through src/base/mem.h"),
    (re.compile(r"\b(exit|_Exit|abort|printf|puts|putchar|perror)\s*\(|\b(stdout|stderr)\b"), set(),
     "the library does not exit, abort or print"),
]

# The option table names the default rule; no other file outside src/rules may name a rule.
MAY_NAME_RULES = {"src/train/options/option_table.c"}
# The one header of src/layers that files of src/rules may include: the interface, not a kind.
LAYER_INTERFACE = {"layer.h"}

# What a file defines for others, at the beginning of a line: a function, or a constant of a struct.
FUNCTION = re.compile(r"^(?!static\b|typedef\b|extern\b)[a-z][\w *]*?\b(\w+)\([^;{}]*\)\s*\n\{", re.M)
DECLARATION = re.compile(r"^(?!static\b|typedef\b|extern\b)[a-z][\w *]*?\b(\w+)\([^;{}]*\)[^;{}]*;", re.M)
CONSTANT = re.compile(r"^const [\w *]*?\b(\w+)(?:\[[^\n]*\])? = ", re.M)
STATIC_NAME = re.compile(r"^static [\w *]*?\b(\w+)(?:\(|\[| = )", re.M)
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
GIVEN_NAME = re.compile(r'\.name\s*=\s*"([^"]+)"')
SOURCES = (".c", ".h")


def without_comments(text):
    """Returns the code with comments replaced by blanks, which keeps line numbers; literals are kept."""
    pattern = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'', re.S)

    def blank(match):
        found = match.group(0)
        return re.sub(r"[^\n]", " ", found) if found.startswith("/") else found

    return pattern.sub(blank, text)


class Tree:
    def __init__(self, root):
        self.root = Path(root).resolve()
        self.findings = []

    def files(self, folder, suffixes=SOURCES):
        top = self.root / folder
        return sorted(p for p in top.rglob("*") if p.suffix in suffixes and p.is_file())

    def name(self, path):
        return path.relative_to(self.root).as_posix()

    def report(self, path, line, sentence):
        self.findings.append(f"{self.name(path)}:{line}: {sentence}")

    def lines(self, path):
        code = without_comments(path.read_text(encoding="utf-8"))
        return list(enumerate(code.split("\n"), start=1))

    def folder_of(self, path):
        """The folder of src/ that a file is in, "" for src/ itself; None outside src/."""
        parts = self.name(path).split("/")
        if parts[0] != "src":
            return None
        return parts[1] if len(parts) > 2 else ""

    def resolve(self, path, included):
        """The project's file behind an include, or None for a system header."""
        for base in (path.parent, self.root / "include"):
            target = (base / included).resolve()
            if target.is_file() and target.is_relative_to(self.root):
                return target
        return None

    def includes(self, path):
        for number, line in self.lines(path):
            match = INCLUDE.match(line)
            if match:
                yield number, match.group(1), match.group(2), self.resolve(path, match.group(2))


def check_source_layers(tree):
    for path in tree.files("src"):
        folder = tree.folder_of(path)
        if folder not in LEVELS:
            tree.report(path, 1, f"folder src/{folder} has no level in tests/check_source_layers.py")
            continue
        for number, quote, included, target in tree.includes(path):
            if target is None:
                if quote == '"':
                    tree.report(path, number, f'"{included}" is not a file of this project')
                continue
            other = tree.folder_of(target)
            if other is None:
                if tree.name(target) not in PUBLIC_HEADERS:
                    tree.report(path, number, f"the library may not include {tree.name(target)}")
            elif other in LEVELS and other != folder:
                check_step(tree, path, number, folder, other)


def check_public_includes(tree):
    for path in tree.files("src", (".h",)):
        if LEVELS.get(tree.folder_of(path), 0) >= LEVELS["program"]:
            continue
        for number, _, included, target in tree.includes(path):
            if target and tree.name(target) in PUBLIC_HEADERS - {TYPES_HEADER}:
                tree.report(path, number, f"headers below src/program may not include {included}: "
                            "backless_types.h, or a declaration of the struct, is enough")


def check_step(tree, path, number, folder, other):
    here, there = LEVELS[folder], LEVELS[other]
    if there > here:
        tree.report(path, number, f"src/{folder} (level {here}) may not include src/{other} (level {there})")
    elif there == here:
        tree.report(path, number, f"src/{folder} and src/{other} are on the same level {here}: "
                    "they may not include each other")


def inner_place_of(tree, path, top):
    """The key of a file in INNER_LEVELS[top]: the folder of `top` that it is in, its own name if that has a
    level, or "" for other files of `top` itself; None outside `top`."""
    inside = tree.name(path).removeprefix(top + "/")
    if inside == tree.name(path):
        return None
    if "/" in inside:
        return inside.split("/")[0]
    return inside if inside in INNER_LEVELS[top] else ""


def check_inner_levels(tree):
    for top, levels in INNER_LEVELS.items():
        for path in tree.files(top):
            here = inner_place_of(tree, path, top)
            if here not in levels:
                tree.report(path, 1, f"folder {top}/{here} has no level in tests/check_source_layers.py")
                continue
            for number, _, included, target in tree.includes(path):
                there = inner_place_of(tree, target, top) if target else None
                if there in levels and there != here and levels[there] >= levels[here]:
                    tree.report(path, number, f"{included} is not on a lower level of {top}")
        check_inner_needs(tree, top, levels)


def check_inner_needs(tree, top, levels):
    """A header may declare what a file of a higher folder defines: the includes do not show such a use."""
    for path, others in needs_of(tree, top).items():
        here = inner_place_of(tree, path, top)
        for other in others:
            there = inner_place_of(tree, other, top)
            if here in levels and there in levels and there != here and levels[there] >= levels[here]:
                tree.report(path, 1, f"uses what {tree.name(other)} defines, not on a lower level of {top}")


def codes_of(tree, folder):
    """Maps each .c file to its text without comments and the contents of literals."""
    return {path: LITERAL.sub('""', without_comments(path.read_text(encoding="utf-8")))
            for path in tree.files(folder, (".c",))}


def homes_of(codes):
    """Maps each name that files define for others to these files; several, if the build chooses one."""
    homes = {}
    for path, code in codes.items():
        for pattern in (FUNCTION, CONSTANT):
            for name in pattern.findall(code):
                homes.setdefault(name, []).append(path)
    return homes


def needs_of(tree, folder):
    """Maps each .c file to the files that define what it names, except its own static names. Of files that
    define the same name, of which the build chooses one, only the last counts, because they name what they
    define and would depend on each other."""
    codes = codes_of(tree, folder)
    homes = homes_of(codes)
    needs = {}
    for path, code in codes.items():
        names = set(re.findall(r"\b\w+\b", code)) - set(STATIC_NAME.findall(code))
        needs[path] = sorted({homes[name][-1] for name in names if name in homes} - {path})
    return needs


def circles_of(needs):
    """The strongly connected sets of files, by Tarjan's algorithm; only those of two files and more."""
    found, index, low, stack = [], {}, {}, []

    def visit(path):
        index[path] = low[path] = len(index)
        stack.append(path)
        for other in needs[path]:
            if other not in index:
                visit(other)
            if other in stack:
                low[path] = min(low[path], low[other])
        if low[path] == index[path]:
            at = stack.index(path)
            if len(stack) - at > 1:
                found.append(sorted(stack[at:]))
            del stack[at:]

    for path in needs:
        if path not in index:
            visit(path)
    return found


def check_circles(tree):
    for folder in ("src", "cli"):
        for circle in circles_of(needs_of(tree, folder)):
            tree.report(circle[0], 1, "files depend on each other in a circle: " +
                        ", ".join(map(tree.name, circle)))


def check_outside(tree):
    for folder in ("cli", "examples"):
        for path in tree.files(folder):
            for number, quote, included, target in tree.includes(path):
                inside = target is not None and tree.folder_of(target) is not None
                if inside or (target is None and "src/" in included):
                    tree.report(path, number, f"{folder}/ may include public headers only, not {included}")
                elif target is None and quote == '"':
                    tree.report(path, number, f'"{included}" is not a file of this project')


def check_declarations(tree):
    """A reader finds a function in the folder of the header that declares it. Implementations of which the
    build chooses one may be in folders below."""
    for folder in ("src", "cli"):
        homes = homes_of(codes_of(tree, folder))
        for path in tree.files(folder, (".h",)):
            code = without_comments(path.read_text(encoding="utf-8"))
            for match in DECLARATION.finditer(code):
                name, number = match.group(1), code.count("\n", 0, match.start()) + 1
                if name in homes and not any(path.parent in home.parents for home in homes[name]):
                    tree.report(path, number, f"{name} is defined in another folder, in "
                                              f"{tree.name(homes[name][0])}: declare it there")


def check_restricted(tree):
    for path in tree.files("src"):
        for pattern, allowed, sentence in RESTRICTED:
            if tree.name(path) in allowed:
                continue
            for number, line in tree.lines(path):
                if pattern.search(LITERAL.sub('""', line)):
                    tree.report(path, number, sentence)


def names_given_in(tree, folder):
    names = set()
    for path in tree.files(folder):
        names.update(GIVEN_NAME.findall(without_comments(path.read_text(encoding="utf-8"))))
    return names


def check_rule_names(tree):
    names = names_given_in(tree, "src/rules")
    for path in tree.files("src"):
        if tree.folder_of(path) == "rules" or tree.name(path) in MAY_NAME_RULES:
            continue
        for number, line in tree.lines(path):
            for literal in LITERAL.findall(line):
                if literal in names:
                    tree.report(path, number, f'"{literal}" is a rule: only src/rules may name rules')


def check_rule_sources(tree):
    kinds = names_given_in(tree, "src/layers")
    backends = names_given_in(tree, "src/backend")
    pattern = re.compile(r"(?<![a-z])(" + "|".join(sorted(kinds | backends | {"(?!)"})) + r")(?![a-z])")
    for path in tree.files("src/rules"):
        for number, line in tree.lines(path):
            match = pattern.search(line)
            if match:
                what = "kind of layer" if match.group(1) in kinds else "backend"
                tree.report(path, number, f'"{match.group(1)}" is a {what}; files of src/rules may name none')
        for number, _, included, target in tree.includes(path):
            if target and tree.folder_of(target) == "layers" and target.name not in LAYER_INTERFACE:
                tree.report(path, number, f"files of src/rules may not include kinds of layers: {included}")


def check_unique_names(tree):
    seen = {}
    for folder in ("include", "src", "cli", "tests", "examples", "scripts"):
        for path in tree.files(folder, SOURCES + (".py", ".sh")):
            if path.name in seen:
                tree.report(path, 1, f"the name {path.name} is taken by {tree.name(seen[path.name])}")
            seen.setdefault(path.name, path)


CHECKS = (check_source_layers, check_public_includes, check_inner_levels, check_circles, check_declarations,
          check_outside, check_restricted, check_rule_names, check_rule_sources, check_unique_names)


def findings(root):
    tree = Tree(root)
    for check in CHECKS:
        check(tree)
    return tree.findings


# A small tree without fault, and faults to plant in it: file, its text, the expected message (None: none).
GOOD = {
    "include/backless.h": '#include "backless_types.h"\n',
    "include/backless_types.h": "",
    "src/base/mem.h": '#include "backless_types.h"\n',
    "src/base/default_allocator.c": ('#include "mem.h"\n#include <stdlib.h>\n'
                                     'void *a(void) { return malloc(1); }\n'),
    "src/base/parallel.c": "#include <pthread.h>\n",
    "src/backend/matrix.h": "",
    "src/backend/backend.h": '#include "matrix.h"\n',
    "src/layers/layer.h": '#include "../backend/backend.h"\n',
    "src/layers/dense.h": '#include "layer.h"\n',
    "src/layers/window.h": "",
    "src/layers/dense.c": 'x = {.name = "dense"};\n',
    "src/backend/plain.c": 'x = {.name = "plain"};\n',
    "src/net/net.h": '#include "../layers/layer.h"\n',
    "src/data/set/data.h": '#include "../../backend/matrix.h"\n',
    "src/data/table/csv.h": '#include "../set/data.h"\n',
    "src/rules/dfa.c": '#include "../net/net.h"\n/* printf("dfa") */\nx = {.name = "dfa"};\n',
    "src/train/options/option_table.c": '#include "../../net/net.h"\nx = "dfa";\n',
    "src/train/trainer/trainer.h": "",
    "src/train/trainer/trainer.c": '#include "trainer.h"\nvoid take(void)\n{\n}\n',
    "src/api.c": '#include "train/../net/net.h"\n',
    "cli/main.c": '#include "backless.h"\n#include <stdio.h>\nint main(void)\n{\n    return run();\n}\n',
    "cli/commands.c": "int run(void)\n{\n    return help();\n}\n",
    "cli/runs/run_pool.h": "",
}
FAULTS = [
    ("src/base/text.c", '#include "mem.h"\n', None),
    ("src/layers/tanh.c", '/* "dfa" */ x = "dfa rule";\n', None),
    ("src/net/net.c", '#include "net.h"\n\n#include "backless.h"\n', None),
    ("src/train/run/fit.h", '#include "backless.h"\n', None),
    ("src/net/cut.h", '\n#include "backless.h"\n', "src/net/cut.h:2: headers below src/program may not"),
    ("src/net/one.c", '\n#include "../rules/rule.h"\n', 'src/net/one.c:2: "../rules/rule.h" is not a file'),
    ("src/net/two.c", '\n\n#include "../data/set/data.h"\n', "src/net/two.c:3: src/net and src/data are"),
    ("src/base/up.c", '#include "../net/net.h"\n', "src/base/up.c:1: src/base (level 0) may not include"),
    ("src/runlog/see.c", '#include "../backend/matrix.h"\n',
     "src/runlog/see.c:1: src/runlog and src/backend"),
    ("src/extra/new.c", "", "src/extra/new.c:1: folder src/extra has no level"),
    ("cli/peek.c", '#include "../src/base/mem.h"\n', "cli/peek.c:1: cli/ may include public headers only"),
    ("examples/peek.c", '#include "../src/base/mem.h"\n', "examples/peek.c:1: examples/ may include"),
    ("src/net/omp.c", "int i;\n#pragma omp simd\n", "src/net/omp.c:2: threads come from"),
    ("src/net/omp2.c", "#include <omp.h>\n", "src/net/omp2.c:1: threads come from"),
    ("src/net/threads.c", "#include <pthread.h>\n", "src/net/threads.c:1: threads belong"),
    ("src/net/locks.c", "pthread_mutex_lock(m);\n", "src/net/locks.c:1: threads belong"),
    ("src/net/own.c", "p = malloc(3);\n", "src/net/own.c:1: memory comes"),
    ("src/net/say.c", 'printf("x");\n', "src/net/say.c:1: the library does not"),
    ("src/train/step/step.c", 'if (is(name, "dfa"))\n', 'src/train/step/step.c:1: "dfa" is a rule'),
    ("src/rules/kind.c", '#include "../layers/window.h"\n', "src/rules/kind.c:1: files of src/rules may not"),
    ("src/rules/named.c", 'if (is(name, "dense 8"))\n', 'src/rules/named.c:1: "dense" is a kind of layer'),
    ("src/rules/called.c", "\n\nlayer_dense(x);\n", 'src/rules/called.c:3: "dense" is a kind of layer'),
    ("src/rules/back.c", 'use("plain");\n', 'src/rules/back.c:1: "plain" is a backend'),
    ("src/rules/plainly.c", "/* plain, dense */ explain(densest);\n", None),
    ("src/data/set/up.c", '\n#include "../table/csv.h"\n', "src/data/set/up.c:2: ../table/csv.h is not on"),
    ("src/data/image/aside.c", '#include "../table/csv.h"\n',
     "src/data/image/aside.c:1: ../table/csv.h is not"),
    ("src/data/new/one.c", "", "src/data/new/one.c:1: folder src/data/new has no level"),
    ("src/train/one.c", "", "src/train/one.c:1: folder src/train/ has no level"),
    ("src/train/step/up.c", '\n#include "../trainer/trainer.h"\n',
     "src/train/step/up.c:2: ../trainer/trainer.h is not on a lower level of src/train"),
    ("src/train/step/taken.c", "void declared(void);\nvoid taken(void)\n{\n    take();\n}\n",
     "src/train/step/taken.c:1: uses what src/train/trainer/trainer.c defines, not on a lower"),
    ("src/train/run/taken.c", "void taken(void)\n{\n    take();\n}\n", None),
    ("cli/session.c", "int help(void)\n{\n    return run();\n}\n",
     "cli/commands.c:1: files depend on each other in a circle"),
    ("cli/messages.c", '#include "runs/run_pool.h"\n', "cli/messages.c:1: runs/run_pool.h is not on a lower"),
    ("cli/report/up.c", '\n#include "../runs/run_pool.h"\n', "cli/report/up.c:2: ../runs/run_pool.h is not"),
    ("cli/arguments.c", '#include "runs/run_pool.h"\n', None),
    ("cli/new/one.c", "", "cli/new/one.c:1: folder cli/new has no level"),
    ("cli/helps.c", "static int run(void)\n{\n    return 1;\n}\nint help(void)\n{\n    return run();\n}\n",
     None),
    ("cli/helpless.c", "int help(void)\n{\n    return 1;\n}\n", None),
    ("src/train/step/taken.c", "void taken(void)\n{\n    x = \"take()\";\n}\n", None),
    ("cli/otherwise.c", "int run(void)\n{\n    return 1;\n}\n", None),
    ("src/train/step/take.h", "\nvoid take(void); /* in trainer */\n",
     "src/train/step/take.h:2: take is defined in another folder, in src/train/trainer/trainer.c"),
    ("src/train/trainer/take.h", "void take(void);\n", None),
    ("src/take.h", "void take(void);\n", None),
    ("cli/help/run.h", "int run(void);\n", "cli/help/run.h:1: run is defined in another folder, in cli"),
    ("tests/dfa.c", "", "tests/dfa.c:1: the name dfa.c is taken by src/rules/dfa.c"),
]


def plant(root, files):
    for name, text in files.items():
        path = Path(root) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def self_test():
    failures = 0
    for name, text, expected in [("", "", None)] + FAULTS:
        with tempfile.TemporaryDirectory() as root:
            plant(root, {**GOOD, name: text} if name else GOOD)
            found = findings(root)
        is_right = found == [] if expected is None else len(found) == 1 and found[0].startswith(expected)
        if not is_right:
            failures += 1
            print(f"{name or 'the tree without fault'}: expected {expected}, found {found}")
    print(f"self-test: {len(FAULTS) + 1} trees, {failures} wrong")
    return failures


def main():
    if sys.argv[1:] == ["--self-test"]:
        return 1 if self_test() else 0
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    found = findings(root)
    print("\n".join(found) if found else "source layers: nothing found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
