#!/usr/bin/env python3
"""peers.py - compares the time of a training step of the library with that of the same step in PyTorch and
JAX, measured in turn.

    peers.py --nets 2x800 --batches 64 --threads 1 --json result.json
    peers.py --self-test       check that a peer that computes something else is refused

Before a peer is timed, three of its steps from the library's initial weights must give the library's weights.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

import peer_cases
import peer_ours
from peer_process import PeerFailed, PeerProcess
from peer_turns import Turns

# Largest relative distance of a peer's change of a tensor from the library's. It must be small enough to find
# a learning rate that is wrong by 1 %.
BOUND = 1e-3
CONV_BOUND = 8e-3  # larger, because rounding may change which number of a pooling window is the largest
BF16_BOUND = 0.5  # for the library's steps in bfloat16, which round to 8 bits in up to 100 layers
WRONG_SCALE = 1.01
TOO_SLOW = 1.3  # a variant is not timed in full if it took this much longer than the best of its kind
TOO_BUSY = 0.01  # share of a core that a waiting process may use
PEERS = ("torch", "torch_hand", "jax")  # each is a module peer_NAME.py


@dataclass(frozen=True)
class Entry:
    who: str
    module: str
    rule: str
    variant: str

    def name(self):
        return f"{self.who} {self.rule} ({self.variant})"


def entries(net, options):
    layouts = ("", "-cl") if net.convs else ("",)
    torch = [Entry("torch", "torch", "bp", "eager" + cl) for cl in layouts]
    compiled = [Entry("torch.compile", "torch", "bp", v + cl) for v in ("compile", "compile-whole")
                for cl in layouts]
    hand = [Entry("torch by hand", "torch_hand", rule, v + cl) for rule in ("dfa", "bp")
            for v in ("foreach", "chunks", "fused", "compile") for cl in layouts]
    jax = [Entry("jax", "jax", rule, v) for rule in ("bp", "dfa")
           for v in (("nchw", "nhwc") if net.convs else ("nchw",))]
    # ifa is not defined for convolutions with pools.
    rules = [rule for rule in options.rules.split(",") if not (net.convs and rule == "ifa")]
    ours = [Entry(f"ours, {backend}", "ours", rule, backend) for backend in peer_ours.backends()
            for rule in rules]
    if peer_ours.has_bf16() and not options.self_test:  # its rounding hides a rate that is wrong by 1 %
        ours += [Entry("ours, bf16", "ours", rule, "portable-bf16") for rule in ("bp", "dfa")]
    wanted = options.peers.split(",")
    return ours + [e for e in torch + compiled + hand + jax if e.module in wanted]


def say(*words):
    print(*words, file=sys.stderr, flush=True)


def difference(got, ours, first):
    """The largest distance, over all tensors, between the two changes, relative to the norm of the
    library's."""
    worst = 0.0
    for name in (name for name in ours if name[0] in "Wb"):
        change = np.linalg.norm(ours[name].astype(float) - first[name])
        if not np.isfinite(got[name]).all():
            return np.inf
        apart = np.linalg.norm(got[name].astype(float) - ours[name])
        if apart == 0:  # includes tensors that do not change, as in the first blocks of a deep net
            continue
        worst = max(worst, float(apart / change) if change > 0 else np.inf)
    return worst


class Case:
    def __init__(self, name, batch, options):
        self.name, self.batch, self.options = name, batch, options
        self.cpus = sorted(os.sched_getaffinity(0))[-options.threads:]
        self.workers, self.refused, self.differences, self.versions = [], [], {}, {}
        self.folder = tempfile.TemporaryDirectory()
        self.after = {}  # the library's tensors after three steps, by rule
        self.state = self.path("state")

    def path(self, name):
        return str(Path(self.folder.name) / f"{name}.npz")

    def start(self, entry):
        return PeerProcess(entry, self.name, self.batch, self.cpus)

    def prepare(self):
        """Writes the library's initial weights and feedback, by a rule that has both."""
        worker = self.start(Entry("ours", "ours", "dfa", peer_ours.backends()[0]))
        try:
            worker.ask("first", self.state)
        finally:
            worker.close()

    def check(self, worker):
        """The distance of a worker's three steps from the library's; raises PeerFailed if it is above the
        bound."""
        entry, path = worker.entry, self.path("after")
        worker.ask("check", self.state, path)
        with np.load(path) as got, np.load(self.state) as first:
            got = dict(got)
            apart = difference(got, self.after.setdefault(entry.rule, got), first)
        bound = CONV_BOUND if peer_cases.NETS[self.name].convs else BOUND
        bound = BF16_BOUND if entry.who == "ours, bf16" else bound
        if not apart <= bound:
            raise PeerFailed(f"{entry.name()}: computes something else: its change differs by {apart:.2g} of "
                             f"ours, "
                             f"{bound:g} allowed")
        return apart

    def add(self, entry):
        """Adds an implementation to those that are timed, if it computes what the library does."""
        worker = self.start(entry)
        try:
            self.differences[entry] = apart = self.check(worker)
            self.versions[entry.module] = worker.ask("begin", self.state)
        except PeerFailed as why:
            self.refused.append(str(why))
            say("   REFUSED", why)
            worker.close()
        except BaseException:
            worker.close()
            raise
        else:
            say(f"   {entry.name()}: differs by {apart:.1e}")
            self.workers.append(worker)

    def close(self):
        while self.workers:
            self.workers.pop().close()
        self.folder.cleanup()

    def references(self):
        first = peer_ours.backends()[0]
        return [w for w in self.workers if w.entry.module == "ours" and w.entry.variant == first
                and w.entry.rule in ("dfa", "bp")]

    def time(self):
        turns = Turns(self.workers, self.options.turn)
        turns.calibrate()
        best = {}
        for worker in self.workers:
            kind = (worker.entry.who, worker.entry.rule)
            best[kind] = min(best.get(kind, np.inf), turns.calibration[worker])
        turns.keep([w for w in self.workers
                    if turns.calibration[w] <= TOO_SLOW * best[w.entry.who, w.entry.rule]])
        turns.run(self.references(), self.options.rounds)
        return [{"who": w.entry.who, "rule": w.entry.rule, "variant": w.entry.variant,
                 "difference": self.differences[w.entry], **turns.figures(w)} for w in self.workers]

    def run(self):
        self.prepare()
        for entry in entries(peer_cases.NETS[self.name], self.options):
            self.add(entry)
        rows = self.time()
        return {"net": self.name, "text": peer_cases.NETS[self.name].text(), "batch": self.batch,
                "threads": self.options.threads, "cpus": self.cpus, "versions": self.versions,
                "refused": self.refused, "rows": rows}


def best_of_each(rows):
    """The fastest variant of each kind. Variants that were only calibrated come last: they have no ratio."""
    best = {}
    for row in sorted(rows, key=lambda row: (row["turns"] == 0, row["median_ms"])):
        best.setdefault((row["who"], row["rule"]), row)
    return list(best.values())


def print_case(case, shows_all):
    threads = f"{case['threads']} thread{'s' if case['threads'] > 1 else ''}"
    print(f"\n{case['net']}, batch {case['batch']}, {threads}, float32, rmsprop: milliseconds a step")
    print(f"{'':26}{'rule':6}{'variant':18}{'median':>9}{'min':>9}{'max':>9}"
          f"{'x our dfa':>11}{'x our bp':>10}")
    for row in case["rows"] if shows_all else best_of_each(case["rows"]):
        ratios = [row["ratios"].get(f"ours {rule}") for rule in ("dfa", "bp")]
        words = ["-" if ratio is None else f"{ratio:.2f}" for ratio in ratios]
        print(f"{row['who']:26}{row['rule']:6}{row['variant']:18}{row['median_ms']:9.3f}{row['min_ms']:9.3f}"
              f"{row['max_ms']:9.3f}{words[0]:>11}{words[1]:>10}{'' if row['turns'] else '  (one turn)'}")
        if row["idle_share"] > TOO_BUSY:
            print(f"    used {100 * row['idle_share']:.0f} % of a core while the others had their turns")
    for why in case["refused"]:
        print("refused:", why)
    sys.stdout.flush()


def machine():
    models = [line.split(":")[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8")
              if line.startswith("model name")]
    return {"processor": models[0] if models else platform.processor(), "cores": os.cpu_count(),
            "system": platform.platform(), "python": platform.python_version(), "load": os.getloadavg()}


def self_test(options):
    """Each peer must pass with the right learning rate and be refused with one that is wrong by 1 %."""
    faults = 0
    for name in ("tiny", "tiny-conv"):
        case = Case(name, 8, options)
        try:
            case.prepare()
            faults += sum(faults_of(case, list(group)) for _, group in
                          groupby(entries(peer_cases.NETS[name], options), lambda entry: entry.module))
        finally:
            case.close()
    print(f"self-test: {faults} wrong")
    return 1 if faults else 0


def faults_of(case, same_module):
    """Faults of entries that share one process, because starting PyTorch takes longer than the checks."""
    faults, worker = 0, case.start(same_module[0])
    case.workers.append(worker)
    for entry in same_module:
        worker.become(entry)
        try:
            apart = case.check(worker)
        except PeerFailed as why:
            say("   WRONG", why)
            faults += 1
            continue
        worker.become(entry, WRONG_SCALE)
        try:
            wrong = case.check(worker)
        except PeerFailed:
            say(f"   {entry.name()}: differs by {apart:.1e}; another rate is noticed")
        else:
            say(f"   WRONG {entry.name()}: with another rate it differs by {wrong:.1e}, and that is not "
                f"noticed")
            faults += 1
    return faults


def check_words(parser, option, given, known):
    for word in given.split(","):
        if word not in known:
            parser.error(f"{option}: {word!r} is not one of {', '.join(known)}")


def positive_number(text):
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def positive_numbers(text):
    return [positive_number(word) for word in text.split(",")]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--nets", default="2x800", help="with commas: " + ", ".join(peer_cases.NETS))
    parser.add_argument("--batches", type=positive_numbers, default="64", help="with commas")
    parser.add_argument("--threads", type=positive_number, default=1,
                        help="of every peer, each on a core of its own")
    parser.add_argument("--rules", default="bp,dfa,fa,ifa,drtp",
                        help="of ours; bp and dfa must be among them")
    parser.add_argument("--peers", default=",".join(PEERS), help="with commas")
    parser.add_argument("--rounds", type=positive_number, default=15)
    parser.add_argument("--turn", type=float, default=0.3, help="seconds a turn")
    parser.add_argument("--all", action="store_true",
                        help="print each variant, not only the best of each kind")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    check_words(parser, "--nets", options.nets, peer_cases.NETS)
    check_words(parser, "--peers", options.peers, PEERS)
    for rule in ("bp", "dfa"):
        if rule not in options.rules.split(","):
            parser.error(f"--rules: {rule} is missing; the peers' steps of {rule} are compared with ours")
    return options


def main():
    options = arguments()
    if options.self_test:
        return self_test(options)
    result = {"machine": machine(), "cases": []}
    for name in options.nets.split(","):
        for batch in options.batches:
            say(f"{name}, batch {batch}")
            case = Case(name, batch, options)
            try:
                result["cases"].append(case.run())
            finally:
                case.close()
            print_case(result["cases"][-1], options.all)
            if options.json:
                Path(options.json).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print("\n" + "; ".join(result["cases"][-1]["versions"].values()))
    return 1 if any(case["refused"] for case in result["cases"]) else 0


if __name__ == "__main__":
    sys.exit(main())
