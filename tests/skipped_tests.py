#!/usr/bin/env python3
"""skipped_tests.py BUILD - prints which tests or parts of tests the last run of ctest in that folder skipped,
and why.

CTest shows the output of failed tests only. A test that is skipped, or that leaves a part out, says so in a
line that begins with "SKIP:" or "left out:" (an example of the library says what to install); this script
collects those lines from CTest's log. CTest runs it after the tests (CTestCustom.cmake). With --self-test it
checks itself.
"""
import os
import re
import sys


def reasons(lines):
    """Pairs of a test's name and a reason, each once, in the order of the log."""
    found = {}
    name = None
    for line in lines:
        begins = re.match(r"\d+/\d+ Test: (.*)", line)
        if begins:
            name = begins.group(1).strip()
        says = (re.match(r"(?:SKIP|left out): (.*)", line) or
                re.match(r"(.*install dataset-fashion-mnist.*)", line))
        if name and says:
            found[name, says.group(1).strip()] = True
    return list(found)


def self_test():
    log = ["1/9 Testing: a", "1/9 Test: a", "SKIP: no NumPy", "SKIP: no NumPy", "2/9 Test: b", "SKIPPED: 0",
           "left out: groff is not installed", "a SKIP: in a line", "3/9 Test: c",
           "apt-get install dataset-fashion-mnist"]
    return reasons(log) == [("a", "no NumPy"), ("b", "groff is not installed"),
                            ("c", "apt-get install dataset-fashion-mnist")]


def main():
    if sys.argv[1] == "--self-test":
        return 0 if self_test() else 1
    found = []
    for file in ("LastTest.log.tmp", "LastTest.log"):  # CTest renames the first to the second when it ends
        path = os.path.join(sys.argv[1], "Testing", "Temporary", file)
        if os.path.exists(path):
            with open(path, encoding="utf-8", errors="replace") as log:
                found = reasons(log)
            break
    if found:
        print("\nThese tests, or parts of them, were skipped:")
    for name, reason in found:
        print(f"\t{name}: {reason}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
