#!/usr/bin/env python3
"""
busy.py - the speed of training on a busy machine: samples per second with the default number of threads and
with every fixed number, while 0, 2, 4 and 6 endlessly computing processes of the same priority run.

    python3 bench/busy.py [--nets 2x800,conv] [--busy 0,2,4,6] [--runs 1,2] [--rounds 3] [--seconds 6]

Each round measures all choices one after the other, so that the load of the machine is the same for all. The
script prints the median of the rounds and its ratio to the best fixed number. --runs 2 measures the summed
speed of two equal training processes that run at the same time. The library is build/libbackless.so or
$BACKLESS_LIBRARY. Needs NumPy.
"""
import argparse
import multiprocessing
import os
import statistics
import subprocess
import sys
import time
from ctypes import byref, c_void_p
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent / "peers"))
import peer_ours  # noqa: E402

NETS = {"2x800": ("dense 800, tanh, dense 800, tanh, dense 10", (1, 28, 28)),
        "7x240": (", ".join(["dense 240, tanh"] * 7) + ", dense 10", (1, 28, 28)),
        "conv": ("conv 96 5x5 pad 2, tanh, maxpool 3 stride 2, conv 128 5x5 pad 2, tanh, maxpool 3 stride 2, "
                 "conv 256 5x5 pad 2, tanh, maxpool 3 stride 2, flatten, dense 2048, tanh, dense 2048, tanh, "
                 "dense 10",
                 (3, 32, 32))}
RULE, BATCH, CLASSES = "dfa", 64, 10


def train(net, threads, seconds):
    """Samples per second over `seconds` of training, after a third of that time for the choice of threads."""
    text, shape = NETS[net]
    lib = peer_ours.open_library()
    ctx = lib.bl_context_new(None)

    def must(status):
        if status != 0:
            raise RuntimeError(lib.bl_why(ctx).decode())

    if threads != "default":
        must(lib.bl_context_use(ctx, None, int(threads)))
    rng = np.random.default_rng(1)
    x = rng.standard_normal((BATCH, int(np.prod(shape))), dtype=np.float32)
    labels = rng.integers(0, CLASSES, BATCH, dtype=np.int32)
    batch = peer_ours.pointers((x, labels))
    config, data, trainer = c_void_p(), c_void_p(), c_void_p()
    must(lib.bl_config_create(byref(config), ctx))
    for key, value in {"net": text, "rule": RULE, "batch": str(BATCH), "optimizer": "rmsprop"}.items():
        must(lib.bl_config_set(config, key.encode(), value.encode()))
    must(lib.bl_data_wrap(byref(data), ctx, *batch, peer_ours.Shape(*shape), CLASSES))
    must(lib.bl_trainer_create(byref(trainer), ctx, config, data))

    def run_until(end):
        n = 0
        while time.monotonic() < end:
            for _ in range(4):
                must(lib.bl_trainer_step(trainer, *batch, None))
            n += 4
        return n

    run_until(time.monotonic() + seconds / 3)
    begun = time.monotonic()
    steps = run_until(begun + seconds)
    return steps * BATCH / (time.monotonic() - begun)


def compute_without_end():
    while True:
        pass


def measure(net, threads, seconds, runs):
    command = [sys.executable, __file__, "--one", net, str(threads), str(seconds)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(runs)]
    return sum(float(process.communicate()[0]) for process in running)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nets", default="2x800,conv")
    parser.add_argument("--busy", default="0,2,4,6")
    parser.add_argument("--runs", default="1")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--one", nargs=3, metavar=("NET", "THREADS", "SECONDS"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        net, threads, seconds = args.one
        print(train(net, threads, float(seconds)))
        return
    choices = ["default"] + list(range(1, len(os.sched_getaffinity(0)) + 1))
    print(f"{RULE}, batch {BATCH}, samples a second: median of {args.rounds} rounds of {args.seconds:g} s")
    print("net     busy runs " + "".join(f"{'threads ' + str(c) if c != 'default' else c:>12}"
                                         for c in choices) +
          "  default / best fixed")
    for net in args.nets.split(","):
        for runs in map(int, args.runs.split(",")):
            for busy in map(int, args.busy.split(",")):
                beside = [multiprocessing.Process(target=compute_without_end, daemon=True)
                          for _ in range(busy)]
                for process in beside:
                    process.start()
                rounds = [[measure(net, c, args.seconds, runs) for c in choices] for _ in range(args.rounds)]
                for process in beside:
                    process.terminate()
                    process.join()
                medians = [statistics.median(column) for column in zip(*rounds)]
                print(f"{net:<7} {busy:>4} {runs:>4} " + "".join(f"{m:>12.0f}" for m in medians) +
                      f"  {medians[0] / max(medians[1:]):.2f}", flush=True)


if __name__ == "__main__":
    main()
