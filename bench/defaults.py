#!/usr/bin/env python3
"""
defaults.py - compares the errors that `backless train --data FILE` reaches without further options with those
of scikit-learn's MLPClassifier and MLPRegressor at their defaults after StandardScaler, on the same splits.
It writes the table in docs/rules.md.

    python3 bench/defaults.py --program build/backless --data DIR --work DIR [--sets iris,wine] [--options
    "--lr 1e-2"]

DIR of --data holds tabular/ and digit-recognizer/ as UCI and Kaggle give them; Fashion-MNIST is taken from
Debian's dataset-fashion-mnist. A split holds out a quarter of the rows; its number is the seed of the draw
(optdigits and Fashion-MNIST have test sets of their own: there the number is only the seed of the weights).
Results are kept in DIR of --work, one JSON object per run, and are not computed again. Only this script needs
scikit-learn.
"""
import argparse
import csv
import gzip
import hashlib
import json
import os
import shlex
import subprocess
import sys
import time

import numpy as np

SETTLED_ON = ["iris", "letter", "wine-number", "digits"]
REPORTED_ON = ["optdigits", "wine-class", "titanic", "fashion"]
FASHION = "/usr/share/datasets/fashion-mnist"


def titanic_like():
    """891 passengers with columns of words and missing ages; survival is drawn with a probability that
    depends on sex, class, age and fare."""
    rng = np.random.default_rng(1912)
    rows = [["PassengerId", "Survived", "Pclass", "Sex", "Age", "Fare", "Embarked"]]
    for i in range(891):
        sex = "female" if rng.random() < 0.35 else "male"
        level = int(rng.choice([1, 2, 3], p=[0.24, 0.21, 0.55]))
        age = float(np.clip(rng.normal(42 - 6 * level, 14), 0.5, 80))
        fare = float(np.exp(rng.normal([0, 4.1, 2.9, 2.4][level], 0.5)))
        port = str(rng.choice(["S", "C", "Q"], p=[0.72, 0.19, 0.09]))
        score = 2.6 * (sex == "female") - 1.1 * (level - 2) - 0.03 * (age - 30) - 1.2
        score += 2.0 * (age < 12) - 1.0 * (sex == "female") * (level == 3)
        saved = int(rng.random() < 1 / (1 + np.exp(-1.6 * score)))
        shown = "" if rng.random() < 0.2 else f"{age:.1f}"
        rows.append([str(i + 1), str(saved), str(level), sex, shown, f"{fare:.2f}", port])
    return rows


def rows_of(path, separator=",", opener=open):
    with opener(path, "rt", newline="") as f:
        return [row for row in csv.reader(f, delimiter=separator) if row]


def with_header(rows):
    """The rows with a header c0, c1, ..., for files without one."""
    return [[f"c{i}" for i in range(len(rows[0]))]] + rows


def read_set(name, data):
    """Rows with a header, and the label's column."""
    tabular = os.path.join(data, "tabular")
    if name == "iris":
        return rows_of(f"{tabular}/iris.csv"), "species"
    if name == "letter":
        return with_header(rows_of(f"{tabular}/letter-recognition.data")), "c0"
    if name in ("wine-class", "wine-number"):
        return rows_of(f"{tabular}/winequality-red.csv", ";"), "quality"
    if name == "digits":
        return rows_of(f"{data}/digit-recognizer/train-first1537.csv.gz", opener=gzip.open), "label"
    if name == "titanic":
        return titanic_like(), "Survived"
    raise SystemExit(f"no set {name}")


def split_rows(name, data, split):
    """Header, training rows, test rows, label column. With classes, a quarter of each class is held out."""
    if name == "optdigits":
        parts = [with_header(rows_of(f"{data}/tabular/optdigits.{p}")) for p in ("tra", "tes")]
        return parts[0][0], parts[0][1:], parts[1][1:], "c64"
    rows, label = read_set(name, data)
    header, rows = rows[0], rows[1:]
    column = header.index(label)
    rng = np.random.default_rng(split)
    groups = {}
    for i in rng.permutation(len(rows)):
        groups.setdefault("" if name == "wine-number" else rows[i][column], []).append(i)
    test = {i for group in groups.values() for i in group[: max(1, len(group) // 4)] if len(group) > 1}
    train = [row for i, row in enumerate(rows) if i not in test]
    return header, train, [row for i, row in enumerate(rows) if i in test], label


def write_csv(path, header, rows):
    with open(path, "w", newline="") as f:
        csv.writer(f).writerows([header] + rows)


def files_of(name, args, split):
    """The two files of a split and the options that name them."""
    if name == "fashion":
        return ["--data", FASHION]
    parts = [os.path.join(args.work, f"{name}-{split}-{part}.csv") for part in ("train", "test")]
    header, train, test, label = split_rows(name, args.data, split)
    if not os.path.exists(parts[1]):
        write_csv(parts[0], header, train)
        write_csv(parts[1], header, test)
    options = ["--data", parts[0], "--test", parts[1], "--label", label]
    if name == "wine-number":
        options += ["--loss", "mse"]
    if name == "titanic":
        options += ["--missing", "impute", "--id-column", "PassengerId", "--categorical", "Pclass"]
    return options


def run_ours(name, args, split, rule):
    command = [args.program, "train", "--rule", rule, "--seed", str(split + 1), "--threads", "1", "--json",
               "--quiet", "--no-angles"] + files_of(name, args, split) + shlex.split(args.options)
    begun = time.time()
    done = subprocess.run(["nice", "-n", "19"] + command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr}")
    last = json.loads(done.stdout.splitlines()[-1])
    value = last["test_r2"] if name == "wine-number" else 100 * last["test_error"]
    return {"value": value, "seconds": time.time() - begun, "epochs": last["epoch"]}


def idx(path):
    with gzip.open(path) as f:
        raw = f.read()
    dims = [int.from_bytes(raw[4 + 4 * i : 8 + 4 * i], "big") for i in range(raw[3])]
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(dims[0], -1)


def columns_for_peer(name, data, split):
    """x and y of both parts as a user of scikit-learn would prepare them: one-hot words, imputed ages,
    standardised columns."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    if name == "fashion":
        parts = [(idx(f"{FASHION}/{p}-images-idx3-ubyte.gz").astype(float),
                  idx(f"{FASHION}/{p}-labels-idx1-ubyte.gz")[:, 0])
                 for p in ("train", "t10k")]
        return StandardScaler(), parts
    header, train, test, label = split_rows(name, data, split)
    column = header.index(label)
    dropped = [column] + ([header.index("PassengerId")] if name == "titanic" else [])
    kept = [i for i in range(len(header)) if i not in dropped]
    parts = []
    for rows in (train, test):
        y = np.array([row[column] for row in rows])
        x = np.array([[row[i] for i in kept] for row in rows], dtype=object)
        parts.append((x, y.astype(float) if name == "wine-number" else y))
    words = [k for k, i in enumerate(kept) if header[i] in ("Pclass", "Sex", "Embarked")]
    numbers = [k for k in range(len(kept)) if k not in words]
    for x, _ in parts:
        for k in numbers:
            x[:, k] = [float(v) if v else np.nan for v in x[:, k]]
    scale = make_pipeline(SimpleImputer(add_indicator=True), StandardScaler())
    return ColumnTransformer([("words", OneHotEncoder(handle_unknown="ignore"), words),
                              ("numbers", scale, numbers)]), parts


def run_peer(name, args, split):
    import warnings

    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline

    warnings.filterwarnings("ignore")
    before, ((x, y), (test_x, test_y)) = columns_for_peer(name, args.data, split)
    peer = (MLPRegressor if name == "wine-number" else MLPClassifier)(random_state=split + 1)
    begun = time.time()
    model = make_pipeline(before, peer).fit(x, y)
    score = model.score(test_x, test_y)
    value = score if name == "wine-number" else 100 * (1 - score)
    return {"value": value, "seconds": time.time() - begun, "epochs": peer.n_iter_}


def kept(args, key, make):
    path = os.path.join(args.work, "results.jsonl")
    if os.path.exists(path):
        with open(path) as f:
            for line in f:
                one = json.loads(line)
                if one["key"] == key:
                    return one
    one = dict(make(), key=key)
    with open(path, "a") as f:
        f.write(json.dumps(one) + "\n")
    return one


def digest_of(path):
    if not os.path.exists(path):
        return "none"
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()[:12]


def measure(name, args):
    """For each method a list with one number per split: the error in percent, or R2."""
    figures = {"peer": [], "dfa": [], "bp": []}
    program = args.label or digest_of(args.program)
    for split in range(1 if name == "fashion" else args.splits):
        if not args.no_peer:
            figures["peer"].append(kept(args, f"peer {name} {split}", lambda: run_peer(name, args, split)))
        for rule in filter(None, args.rules.split(",")):
            key = f"{program} {args.options} {name} {split} {rule}"
            figures[rule].append(kept(args, key, lambda: run_ours(name, args, split, rule)))
    return figures


def text_of(ones, digits):
    values = [one["value"] for one in ones]
    spread = f" ± {np.std(values, ddof=1):.{digits}f}" if len(values) > 1 else ""
    return f"{np.mean(values):.{digits}f}{spread}"


def print_row(name, figures):
    is_r2 = name == "wine-number"
    digits = 3 if is_r2 else 2
    cells = [name]
    for method, ones in figures.items():
        if not ones:
            continue
        cells.append(text_of(ones, digits))
        if method != "peer" and figures["peer"]:
            gap = np.mean([a["value"] - b["value"] for a, b in zip(ones, figures["peer"])])
            is_met = gap >= -0.03 if is_r2 else gap <= 2.0
            cells.append(f"{gap:+.{digits}f}{'' if is_met else ' missed'}")
    seconds = [f"{np.mean([one['seconds'] for one in ones]):.1f}" for ones in figures.values() if ones]
    print("| " + " | ".join(cells + ["/".join(seconds)]) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default="build/backless")
    parser.add_argument("--data", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--sets", default=",".join(SETTLED_ON + REPORTED_ON))
    parser.add_argument("--rules", default="dfa,bp")
    parser.add_argument("--splits", type=int, default=5)
    parser.add_argument("--options", default="", help="further options of train, to try other settings")
    parser.add_argument("--label", default="",
                        help="name of the program in the kept results (default: its digest)")
    parser.add_argument("--no-peer", action="store_true")
    args = parser.parse_args()
    os.makedirs(args.work, exist_ok=True)
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    print("| set | " + " | ".join(["scikit-learn", "dfa", "gap", "bp", "gap", "seconds"]) + " |\n" +
          "|---" * 7 + "|")
    for name in args.sets.split(","):
        print_row(name, measure(name, args))


if __name__ == "__main__":
    sys.exit(main())
