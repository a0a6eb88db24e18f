#!/usr/bin/env python3
"""speed_page.py - writes docs/speed.md from the results of bench and peers.py.

    backless bench --all --json bench.json
    make bench-peers ARGS="--nets 2x800,7x240,100x240,conv --json peers.json"
    bench/speed_page.py --machine "2 cores of an AMD EPYC" --bench bench.json --peers peers.json >
    docs/speed.md
"""

import argparse
import json
from pathlib import Path

HEAD = """# Speed

Made by `bench/speed_page.py` from one run each of `backless bench` and `make bench-peers`;
[measuring.md](measuring.md) and [peers.md](peers.md) describe how they measure. Machine: {machine}. Program:
backless {version}, {instructions}. Figures of another machine differ, and those of a busy machine differ by
much, so compare figures within a table only.
"""


def table(columns, rows):
    lines = ["| " + " | ".join(columns) + " |", "|" + "|".join("---" for _ in columns) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def peaks(bench):
    rows = [[str(p["threads"]), f"{p['flops'] / 1e9:.0f}", f"{1e9 / p['roots']:.3f}",
             f"{p['bytes'] / 1e9:.0f}"]
            for p in bench["peaks"]]
    return "\n## Peak rates of the machine\n\n" + table(
        ["threads", "GFLOP/s of fused multiply-adds", "ns for a root and a division", "GB/s of memory"], rows)


def share(case, *phases):
    return 100 * sum(case["split"][phase] for phase in phases) / (case["split"]["step"] * case["threads"])


def steps(bench):
    text = """
## Steps

The columns are:

- *in*: the precision to which products round their operands.
- *ms*, *quartiles*: the median time of a step, and its first and third quartile.
- *GFLOP/s*: twice the multiply-accumulates of the rule, divided by the median.
- *x lower bound*: the median divided by the larger of two times, which are measured in the same rounds: that
  of the arithmetic at the float32 peaks, and that of moving weights, optimiser state and feedback once
  ([measuring.md](measuring.md)).
- *to bp*: the time divided by that of bp in the same round, on the same backend, in the same precision.
- *forward*, *signal*, *gradient*, *update*: percent of the threads' time. The update of dense layers is part
  of their gradient. The rest to 100 is the error at the output, and waiting.
"""
    groups = {}
    for case in bench["cases"]:
        groups.setdefault((case["net"], case["threads"]), []).append(case)
    for (net, threads), cases in groups.items():
        text += f"\n### {net}, {threads} thread{'s' if threads > 1 else ''}\n\n"
        text += f"`{shorten(cases[0]['text'])}`\n\n"
        text += table(["batch", "backend", "in", "rule", "ms", "quartiles", "GFLOP/s", "x lower bound",
                       "to bp", "forward", "signal", "gradient", "update"],
                      [step_row(case) for case in cases])
    return text


def shorten(text, most=100):
    return text if len(text) <= most else text[:most // 2] + " ... " + text[-most // 3:]


def step_row(case):
    to_bp = "" if case["to_bp"] is None else f"{case['to_bp']:.2f}"
    return [str(case["batch"]), case["backend"], case["precision"], case["rule"],
            f"{1e3 * case['seconds']:.3f}",
            f"{1e3 * case['seconds_low']:.3f} to {1e3 * case['seconds_high']:.3f}", f"{case['gflops']:.0f}",
            f"{case['over_bound']:.2f}", to_bp] + [f"{share(case, phase):.0f}" for phase in
                                               ("forward", "signal", "gradient", "update")]


def best_of_each(rows):
    best = {}
    for row in sorted(rows, key=lambda row: (row["turns"] == 0, row["median_ms"])):
        best.setdefault((row["who"], row["rule"]), row)
    return best.values()


def peers(result):
    text = """
## Compared with PyTorch and JAX

All programs compute the same step, in turn, in one run; the table has the fastest variant of each. *ms*: the
median time of a step. *x our dfa*, *x our bp*: the median ratio of the time of a turn to that of the
neighbouring turn of backless, by dfa or bp; above 1, backless is faster.
"""
    for case in result["cases"]:
        threads = f"{case['threads']} thread{'s' if case['threads'] > 1 else ''}"
        text += f"\n### {case['net']}, batch {case['batch']}, {threads}\n\n"
        rows = [[row["who"], row["rule"], row["variant"], f"{row['median_ms']:.3f}"] +
                [f"{row['ratios'][ours]:.2f}" if ours in row["ratios"] else ""
                 for ours in ("ours dfa", "ours bp")]
                for row in best_of_each(case["rows"])]
        text += table(["who", "rule", "variant", "ms", "x our dfa", "x our bp"], rows)
        text += "\n" + "; ".join(sorted(set(case["versions"].values()))) + ".\n"
        text += "".join(f"\nRefused: {why}\n" for why in case["refused"])
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--machine", required=True)
    parser.add_argument("--bench", nargs="+", required=True,
                        help="JSON of backless bench; the peaks are the first one's")
    parser.add_argument("--peers", nargs="*", default=[], help="JSON of peers.py")
    options = parser.parse_args()
    benches = [json.loads(Path(path).read_text(encoding="utf-8")) for path in options.bench]
    merged = {**benches[0], "cases": [case for bench in benches for case in bench["cases"]]}
    results = [json.loads(Path(path).read_text(encoding="utf-8")) for path in options.peers]
    text = HEAD.format(machine=options.machine, version=merged["version"],
                       instructions=merged["instructions"])
    text += peaks(merged) + steps(merged)
    if results:
        text += peers({"cases": [case for result in results for case in result["cases"]]})
    print(text, end="")


if __name__ == "__main__":
    main()
