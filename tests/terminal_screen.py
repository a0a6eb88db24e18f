#!/usr/bin/env python3
"""terminal_screen.py - runs a program on a pseudo terminal with a given number of columns, and prints the
final content of the screen.

    terminal_screen.py COLUMNS[xROWS] [--interrupt TEXT] -- COMMAND...
                                                    --interrupt: Ctrl-C once TEXT was shown
    terminal_screen.py COLUMNS[xROWS] --interrupt-slow TEXT -- COMMAND...
                                                    Ctrl-C once the terminal has read TEXT, then reads
                                                    nothing, and the program waits to write to it
    terminal_screen.py COLUMNS[xROWS] --resize TEXT ROWS -- COMMAND...
                                                    that many rows once TEXT was shown
    terminal_screen.py COLUMNS[xROWS] --narrow TEXT FEWER -- COMMAND...
                                                    once TEXT was shown, the screen has FEWER columns and
                                                    rewraps its lines, and the program can know it 0.25 s
                                                    later, as in tmux
    terminal_screen.py COLUMNS[xROWS] --replay FILE the bytes that a program wrote, for controls

It implements EL and ED from the cursor to the end (ESC [ K, ESC [ J), CUU (ESC [ n A), DECAWM (ESC [ ? 7 l,
ESC [ ? 7 h) and colours (ESC [ n m, which it counts).

Visible faults are printed on standard error, and the exit code is then 1: a line that is longer than the
screen, a line that is erased and then written (which flickers) instead of overwritten, a progress line or a
row of the panel that remains at the end, a row of the panel that scrolls out, text after one of them, a mode
of the terminal that stays changed. Otherwise the exit code is that of the command. The last lines on standard
error count the rows of the largest panel, the colours and the progress lines.
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
# A progress line, which is no line of an epoch.
PROGRESS = re.compile(r"epoch \d+/\d+\b(?!  train).*( %| left|samples/s)|^\S+: [0-9.]+ [kMG]?B")
# Lines of JSON may be longer than the screen, so that they can be copied.
RESULT = re.compile(r'^\{"epoch"')
PANEL = re.compile(r"^(loss|error|angle)  |^ {0,3}\d+ +(\d+\.\d|-)  [^ ]")  # its rows except the first
ESCAPE = re.compile(r"\x1b\[(\d*|\?7)([KJAmlh])")
# After the last of these the program has drawn all of the panel or of the progress line.
DRAWN = re.compile(rb".*(\x1b\[\?7h|\x1b\[\d*A)", re.DOTALL)


class Screen:
    def __init__(self, columns, rows):
        self.columns = columns
        self.rows = rows
        self.lines = [""]
        self.row = 0
        self.colours = 0
        self.panel = 0  # the rows of the largest panel
        self.at = 0
        self.views = 0
        self.breaks_lines = True
        self.is_narrowed = False
        self.is_erased = False  # erased by \\r\\033[K, and nothing was written since
        self.faults = []

    def fault(self, text):
        if text not in self.faults:
            self.faults.append(text)

    def narrow(self, columns):
        """Rewraps all lines at fewer columns; the cursor stays at its character."""
        lines = []
        for i, line in enumerate(self.lines):
            if i == self.row:
                row = len(lines) + self.at // columns
            lines += [line[k:k + columns] for k in range(0, max(len(line), 1), columns)]
        self.lines, self.row, self.at = lines, row, self.at % columns
        self.columns = columns
        self.is_narrowed = True

    def put(self, letter):
        if self.at == self.columns and not self.breaks_lines:
            self.at -= 1
        elif self.at == self.columns and self.is_narrowed:
            self.newline()
            self.at = 0
        elif self.at == self.columns and not RESULT.search(self.lines[self.row]):
            self.fault(f"wider than {self.columns} columns: {self.lines[self.row]!r}")
        line = self.lines[self.row].ljust(self.at)
        self.lines[self.row] = line[:self.at] + letter + line[self.at + 1:]
        self.at += 1

    def count_view(self):
        if PROGRESS.search(self.lines[self.row][:self.at]):
            self.views += 1
            if self.is_erased:
                self.fault(f"erased and written anew: {self.lines[self.row]!r}")

    def erase(self):
        self.count_view()
        self.is_erased = self.at == 0
        self.lines[self.row] = self.lines[self.row][:self.at]

    def erase_below(self):
        self.count_view()
        if self.at == 0 and any(self.lines[self.row:]):
            self.is_erased = True
        self.lines[self.row] = self.lines[self.row][:self.at]
        del self.lines[self.row + 1:]

    def newline(self):
        self.row += 1
        if self.row == len(self.lines):
            self.lines.append("")
        self.is_erased = False

    def up(self, n):
        if self.row - n < max(0, len(self.lines) - self.rows):
            self.fault(f"the cursor goes above the first of {self.rows} rows")
        self.row = max(0, self.row - n)
        self.panel = max(self.panel, n + 1)
        self.check_left(self.lines[:self.row])

    def check_left(self, lines):
        for line in lines:
            if PROGRESS.search(line) or PANEL.search(line):
                self.fault(f"a progress line stays: {line!r}")

    def feed(self, text):
        i = 0
        while i < len(text):
            known = ESCAPE.match(text, i)
            if known:
                self.escape(known[2], known[1])
                i = known.end()
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

    def escape(self, kind, number):
        if kind == "m":
            self.colours += 1
        elif kind == "A":
            self.up(int(number or 1))
        elif kind in "lh" and number == "?7":
            self.breaks_lines = kind == "h"
        elif number:
            self.fault(f"an escape sequence: {number + kind!r}")
        elif kind == "K":
            self.erase()
        else:
            self.erase_below()

    def end(self):
        if PROGRESS.search(self.lines[self.row]):
            self.fault(f"a progress line stays at the end: {self.lines[self.row]!r}")
        self.check_left(self.lines)


def run(command, columns, rows, interrupt, is_slow, resize, narrow):
    """Returns what the program wrote, how much of it on a screen that had not been narrowed, its exit code,
    and whether NOFLSH is set."""
    master, slave = os.openpty()
    terminal = os.ttyname(slave)
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    pid = os.fork()
    if pid == 0:
        os.close(master)
        os.login_tty(slave) if hasattr(os, "login_tty") else take_terminal(slave)
        os.environ["TERM"] = "xterm"
        os.environ.pop("COLUMNS", None)
        os.execvp(command[0], command)
    os.close(slave)
    out, begun, wide, known = b"", time.time(), None, None
    while time.time() - begun < LONGEST:
        if not select.select([master], [], [], 1.0)[0]:
            continue
        try:
            some = os.read(master, 16 if interrupt and is_slow else 65536)
        except OSError:  # the program has ended
            break
        if not some:
            break
        out += some
        if interrupt and interrupt.encode() in out:
            if is_slow:
                wait_for_writer(terminal)
            os.write(master, b"\x03")
            interrupt = None
        if resize and resize[0].encode() in out:
            fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", int(resize[1]), columns, 0, 0))
            resize = None
        if narrow and wide is None and narrow[0].encode() in out and DRAWN.match(out):
            wide, known = DRAWN.match(out).end(), time.time() + 0.25
        if known and time.time() > known:
            fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, int(narrow[1]), 0, 0))
            known = None
    status = os.waitpid(pid, 0)[1]
    mode = termios.tcgetattr(master)[3]  # of the slave
    if narrow and wide is None:
        sys.exit(f"not shown: {narrow[0]}")
    return out, wide, os.waitstatus_to_exitcode(status), bool(mode & termios.NOFLSH)


def wait_for_writer(terminal):
    """Returns when the program waits to write. Linux keeps 4096 bytes unread; what is written after them is
    discarded at Ctrl-C. Returns of the cursor, which is in the first column, fill most of them, so that the
    program need not run for many redraws."""
    slave = os.open(terminal, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    os.write(slave, b"\r" * 2500)
    begun = seen_free = time.time()
    while time.time() - seen_free < 0.5 and time.time() - begun < LONGEST:
        if select.select([], [slave], [], 0.0)[1]:  # no full buffer, and no write that waits
            seen_free = time.time()
        time.sleep(0.02)
    os.close(slave)


def take_terminal(slave):
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for fd in range(3):
        os.dup2(slave, fd)


def main():
    columns, rows = map(int, (sys.argv[1] if "x" in sys.argv[1] else sys.argv[1] + "x24").split("x"))
    if sys.argv[2] == "--replay":
        with open(sys.argv[3], "rb") as file:
            out, wide, code, is_changed = file.read(), None, 0, False
    else:
        interrupt = sys.argv[3] if sys.argv[2].startswith("--interrupt") else None
        resize = sys.argv[3:5] if sys.argv[2] == "--resize" else None
        narrow = sys.argv[3:5] if sys.argv[2] == "--narrow" else None
        is_slow = sys.argv[2] == "--interrupt-slow"
        command = sys.argv[sys.argv.index("--") + 1:]
        out, wide, code, is_changed = run(command, columns, rows, interrupt, is_slow, resize, narrow)
    screen = Screen(columns, rows)
    screen.feed(out[:wide].decode("utf-8", "replace").replace("^C", ""))
    if wide is not None:
        screen.narrow(int(narrow[1]))
        screen.feed(out[wide:].decode("utf-8", "replace").replace("^C", ""))
    screen.end()
    if is_changed:
        screen.fault("the mode NOFLSH of the terminal stays set")
    print("\n".join(screen.lines).rstrip("\n"))
    for fault in screen.faults:
        print(f"fault: {fault}", file=sys.stderr)
    print(f"{screen.panel} rows of a panel, {screen.colours} colours", file=sys.stderr)
    print(f"{screen.views} progress lines", file=sys.stderr)
    sys.exit(1 if screen.faults else code)


if __name__ == "__main__":
    main()
