#!/usr/bin/env python3
"""
two_runs.py - whether two runs at once get in each other's way: samples per second of two that start together at the default
number of threads, beside two with --threads 1, and one alone either way.

    python3 bench/two_runs.py --program build/backless [--data fashion-mnist] [--turns 3] [--options "--rule bp"]

The four kinds take turns, so that a machine that is busy for a while is busy for all of them, and the best turn of each
is shown with all. A run's figure is its examples over the seconds that its log gives to training; loading and tests are left
out. Two runs: the sum of both. On a machine with C cores the two at default threads should reach about what two with one
thread do; far below it they wait for each other's threads.
"""
import argparse
import json
import os
import shlex
import subprocess

NET = "dense 800, tanh, dense 800, tanh, dense 10"


def start(args, threads):
    command = [args.program, "train", "--data", args.data, "--net", args.net, "--epochs", str(args.epochs), "--batch", "64",
               "--no-angles", "--json", "--quiet", *shlex.split(args.options)]
    if threads:
        command += ["--threads", str(threads)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def speed_of(run):
    """Samples per second over all epochs of a run; it must have ended well."""
    output, _ = run.communicate()
    if run.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, run.args))}: exit code {run.returncode}")
    lines = [json.loads(line) for line in output.splitlines() if '"samples_per_second"' in line]
    lines = [line for line in lines if line.get("seconds")]
    samples = sum(line["seconds"] * line["samples_per_second"] for line in lines)
    return samples / sum(line["seconds"] for line in lines)


def turn(args, runs, threads):
    started = [start(args, threads) for _ in range(runs)]
    return sum(speed_of(run) for run in started)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/backless")
    parser.add_argument("--data", default="fashion-mnist")
    parser.add_argument("--net", default=NET)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--options", default="--rule dfa", help="further options of train")
    args = parser.parse_args()
    kinds = [("one run, default threads", 1, 0), ("one run, --threads 1", 1, 1),
             ("two runs, default threads", 2, 0), ("two runs, --threads 1", 2, 1)]
    speeds = {name: [] for name, _, _ in kinds}
    print(f"{args.net}, batch 64, {args.options}, {len(os.sched_getaffinity(0))} processors, "
          f"load {os.getloadavg()[0]:.1f} before")
    for _ in range(args.turns):
        for name, runs, threads in kinds:
            speeds[name].append(turn(args, runs, threads))
    print(f"{'':27s} {'samples/s':>10s}  turns")
    for name, _, _ in kinds:
        print(f"{name:27s} {max(speeds[name]):10.0f}  " + " ".join(f"{s:.0f}" for s in speeds[name]))
    ratio = max(speeds["two runs, default threads"]) / max(speeds["two runs, --threads 1"])
    print(f"two at default threads reach {ratio:.2f} of two with --threads 1")


if __name__ == "__main__":
    main()
