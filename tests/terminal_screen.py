#!/usr/bin/env python3
"""terminal_screen.py - runs a program on a pseudo terminal of so many columns, and prints what its screen
shows at the end.

    terminal_screen.py COLUMNS [--interrupt TEXT] -- COMMAND...     --interrupt: Ctrl-C once TEXT was shown
    terminal_screen.py COLUMNS --replay FILE                        the bytes that a program wrote, for
                                                                    controls

Says on standard error what a person would see as a fault, and then ends with 1: a line that goes on past the
last column, a line that is erased and written anew (it flickers) in place of being written over, a progress
line that is still there at the end, something printed behind one. Otherwise it ends as the command did. The
last line on standard error counts the progress lines.
"""
import fcntl
import os
import re
import select
import struct
import sys
import termios
import time

LONGEST = 240  # seconds
PROGRESS = re.compile(r"epoch \d+/\d+.*( %| left|samples/s)|^\S+: [0-9.]+ [kMG]?B")


class Screen:
    def __init__(self, columns):
        self.columns = columns
        self.lines = [""]
        self.at = 0
        self.views = 0
        self.is_erased = False  # by \\r\\033[K, with nothing written since
        self.faults = []

    def fault(self, text):
        if text not in self.faults:
            self.faults.append(text)

    def put(self, letter):
        if self.at == self.columns:
            self.fault(f"wider than {self.columns} columns: {self.lines[-1]!r}")
        line = self.lines[-1].ljust(self.at)
        self.lines[-1] = line[:self.at] + letter + line[self.at + 1:]
        self.at += 1

    def erase(self):
        if PROGRESS.search(self.lines[-1][:self.at]):
            self.views += 1
            if self.is_erased:
                self.fault(f"erased and written anew: {self.lines[-1]!r}")
        self.is_erased = self.at == 0
        self.lines[-1] = self.lines[-1][:self.at]

    def newline(self):
        if PROGRESS.search(self.lines[-1]):
            self.fault(f"a progress line stays: {self.lines[-1]!r}")
        self.lines.append("")
        self.is_erased = False

    def feed(self, text):
        i = 0
        while i < len(text):
            if text.startswith("\x1b[K", i):
                self.erase()
                i += 3
                continue
            if text[i] == "\r":
                self.at = 0
            elif text[i] == "\n":
                self.newline()
            elif text[i] == "\x1b":
                self.fault(f"an escape sequence: {text[i:i + 8]!r}")
            else:
                self.put(text[i])
            i += 1

    def end(self):
        if PROGRESS.search(self.lines[-1]):
            self.fault(f"a progress line stays at the end: {self.lines[-1]!r}")


def run(command, columns, interrupt):
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    pid = os.fork()
    if pid == 0:
        os.close(master)
        os.login_tty(slave) if hasattr(os, "login_tty") else take_terminal(slave)
        os.environ["TERM"] = "xterm"
        os.environ.pop("COLUMNS", None)
        os.execvp(command[0], command)
    os.close(slave)
    out, begun = b"", time.time()
    while time.time() - begun < LONGEST:
        if not select.select([master], [], [], 1.0)[0]:
            continue
        try:
            some = os.read(master, 65536)
        except OSError:  # the program has ended
            break
        if not some:
            break
        out += some
        if interrupt and interrupt.encode() in out:
            os.write(master, b"\x03")
            interrupt = None
    status = os.waitpid(pid, 0)[1]
    return out, os.waitstatus_to_exitcode(status)


def take_terminal(slave):
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for fd in range(3):
        os.dup2(slave, fd)


def main():
    columns = int(sys.argv[1])
    if sys.argv[2] == "--replay":
        with open(sys.argv[3], "rb") as file:
            out, code = file.read(), 0
    else:
        interrupt = sys.argv[3] if sys.argv[2] == "--interrupt" else None
        out, code = run(sys.argv[sys.argv.index("--") + 1:], columns, interrupt)
    screen = Screen(columns)
    screen.feed(out.decode("utf-8", "replace").replace("^C", ""))
    screen.end()
    print("\n".join(screen.lines).rstrip("\n"))
    for fault in screen.faults:
        print(f"fault: {fault}", file=sys.stderr)
    print(f"{screen.views} progress lines", file=sys.stderr)
    sys.exit(1 if screen.faults else code)


if __name__ == "__main__":
    main()
