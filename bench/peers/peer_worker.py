"""peer_worker.py - one implementation in a process of its own, controlled by commands on standard input:

    become RULE VARIANT [SCALE]   choose what is run next; SCALE: factor of the rate, for wrong steps
    first FILE          write the initial weights and feedback (ours only: the others start from them)
    check STATE FILE    three steps from the weights of STATE; write the weights
    begin STATE         get ready to be timed, first steps and compilation included
    run N               N steps; the answer is milliseconds per step

Each command is answered by a line of JSON, {"failed": why} on failure. Each implementation has its own
process because the OpenMP runtimes of two libraries disturb each other.
"""

import argparse
import importlib
import json
import os
import sys
import time

import numpy as np

import peer_cases

STEPS_CHECKED = 3


class Worker:
    def __init__(self, options):
        self.peer, self.threads = None, options.threads
        self.net = peer_cases.NETS[options.net]
        self.batches = peer_cases.batches(self.net, options.batch)
        self.module = importlib.import_module("peer_" + options.module)

    def become(self, rule, variant, scale="1"):
        self.rule, self.variant, self.scale = rule, variant, float(scale)

    def make(self, state, rate):
        self.peer = None  # frees the memory of the previous one first
        self.peer = self.module.Peer(self.net, self.rule, self.variant, self.threads, state, self.batches,
                                     rate * self.scale)

    def first(self, path):
        self.make(None, peer_cases.CHECKED_RATE)
        np.savez(path, **self.peer.tensors())

    def check(self, state, path):
        self.make(peer_cases.load_state(state), peer_cases.CHECKED_RATE)
        self.peer.run(STEPS_CHECKED)
        np.savez(path, **self.peer.tensors())

    def begin(self, state):
        self.make(peer_cases.load_state(state), peer_cases.TIMED_RATE)
        self.peer.run(3)
        return self.peer.version()

    def run(self, n):
        n = int(n)
        self.peer.run(1 + n // 10)  # replaces what another process left in the caches
        begun = time.perf_counter()
        self.peer.run(n)
        return 1e3 * (time.perf_counter() - begun) / n


def options():
    parser = argparse.ArgumentParser()
    for name in ("module", "net"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    return parser.parse_args()


def main():
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what libraries print goes to standard error, not among the answers
    worker = Worker(options())
    commands = {"become": worker.become, "first": worker.first, "check": worker.check, "begin": worker.begin,
                "run": worker.run}
    for line in sys.stdin:
        word, *arguments = line.split()
        try:
            answer = commands[word](*arguments)
        except Exception as why:  # any failure: the driver reports it and continues with the others
            answer = {"failed": f"{type(why).__name__}: {why}"}
        print(json.dumps(answer), file=answers)


if __name__ == "__main__":
    main()
