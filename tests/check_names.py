#!/usr/bin/env python3
"""check_names.py: one name has one meaning.

Fails, and lists where, if a struct, union or enum name is defined in more than one file, or if static
functions in more than five files share a name: a reader who searches for such a name cannot tell which one a
line means. Source files of tests/ and examples/ are programs of their own and are not checked, only the
headers of tests/. The variants of vec.h define the same operations on purpose, and one of them is compiled at
a time: names that begin with vec_ may repeat, and so may attributes (__attribute__). --self-test first checks
that both kinds of repetition are found in made-up files.
"""
import collections
import pathlib
import re
import sys

MOST = 5
TAG = re.compile(r"^[ \t]*(?:typedef\s+|static\s+(?:const\s+)?)?(?:struct|union|enum)\s+(\w+)\s*\{", re.M)
STATIC = re.compile(r"^static\s+(?:[\w*]+\s+)*?\w+\s+\**(\w+)\(", re.M)


def without_comments(text):
    return re.sub(r'("(?:[^"\\\n]|\\.)*")|//[^\n]*|/\*.*?\*/', lambda m: m[1] or "", text, flags=re.S)


def find_repeated(files):
    """files: pairs of name and text. Returns a list of messages, which is empty if every name has one
    meaning."""
    tags, functions = collections.defaultdict(set), collections.defaultdict(set)
    for name, text in files:
        text = without_comments(text)
        for tag in TAG.findall(text):
            tags[tag].add(name)
        for function in STATIC.findall(text):
            if not function.startswith(("vec_", "__")):
                functions[function].add(name)
    complaints = [f"struct {tag} is defined in {len(where)} files: {', '.join(sorted(where))}"
                  for tag, where in sorted(tags.items()) if len(where) > 1]
    complaints += [f"static {function} is in {len(where)} files: {', '.join(sorted(where))}"
                   for function, where in sorted(functions.items()) if len(where) > MOST]
    return complaints


def self_test():
    function = "static int run(void)\n{\n    return 0;\n}\n"
    static = [(f"{i}.c", function) for i in range(MOST + 1)]
    cases = [
        ("five static functions of one name", static[:MOST], 0),
        ("six static functions of one name", static, 1),
        ("a struct defined twice", [("a.c", "struct row {\n    int n;\n};\n"), ("b.h", "struct row {\n")], 1),
        ("a struct defined once and used", [("a.c", "struct row {\n"), ("b.c", "struct row *made;\n")], 0),
        ("a definition within a comment", [("a.c", "struct row {\n"), ("b.c", "/*\nstruct row {\n*/\n")], 0),
        ("a pointer as the result",
         [(f"{i}.c", "static const char *text(int i)\n{\n") for i in range(MOST + 1)], 1),
    ]
    for what, files, wanted in cases:
        if len(find_repeated(files)) != wanted:
            sys.exit(f"check_names: self-test: {what}: not {wanted} complaints but {find_repeated(files)}")


def main():
    if sys.argv[1:] not in ([], ["--self-test"]):
        sys.exit("usage: check_names.py [--self-test]")
    if sys.argv[1:]:
        self_test()
    root = pathlib.Path(__file__).resolve().parent.parent
    files = [(str(path.relative_to(root)), path.read_text(encoding="utf-8"))
             for folder in ("include", "src", "cli", "tests")
             for path in sorted((root / folder).rglob("*.[ch]"))
             if folder != "tests" or path.suffix == ".h"]
    complaints = find_repeated(files)
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    if complaints:
        sys.exit(f"check_names: {len(complaints)} names have more than one meaning")
    print(f"check_names: {len(files)} files, every name has one meaning")


main()
