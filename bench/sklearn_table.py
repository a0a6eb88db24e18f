#!/usr/bin/env python3
"""
sklearn_table.py - compares backless.sklearn's BacklessClassifier with scikit-learn's MLPClassifier after
StandardScaler, and prints the tables of docs/python.md as Markdown.

    python3 bench/sklearn_table.py [--seeds 3] [--images 10000] [--rounds 3]      (--seeds 0: fit times only)

Accuracy: both with their defaults, on the sets of scikit-learn; five stratified folds, drawn anew for each
seed, and the estimator has the same seed. Fit time: the first --images training images of Fashion-MNIST
(Debian's dataset-fashion-mnist), both with two hidden layers of 256 tanh, batches of 64, 5 epochs and Adam at
1e-3. The estimators fit in turn, --rounds times. Seconds of CPU count the threads of all and depend less on
what else the machine does than seconds of time do; the median of the rounds is shown, with the least and the
largest. --threads 1 also limits BLAS. OPENBLAS_CORETYPE chooses slower kernels for NumPy: unset it first.
"""
import argparse
import gzip
import os
import time
import warnings

parser = argparse.ArgumentParser(usage=__doc__)
parser.add_argument("--seeds", type=int, default=3)
parser.add_argument("--images", type=int, default=10000)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--threads", type=int, default=1)
args = parser.parse_args()
# The libraries read these when they are loaded.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = str(args.threads)

import numpy as np  # noqa: E402
import sklearn  # noqa: E402
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine  # noqa: E402
from sklearn.model_selection import StratifiedKFold, cross_val_score  # noqa: E402
from sklearn.neural_network import MLPClassifier  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402

from backless.sklearn import BacklessClassifier  # noqa: E402

SETS = {"digits": load_digits, "iris": load_iris, "wine": load_wine, "breast_cancer": load_breast_cancer}
FASHION = "/usr/share/datasets/fashion-mnist"


def estimators(seed, ours=None, theirs=None):
    """Both rules, and MLPClassifier, by the titles of the columns."""
    return {
        '`rule="dfa"`': BacklessClassifier(random_state=seed, **(ours or {})),
        '`rule="bp"`': BacklessClassifier(random_state=seed, rule="bp", **(ours or {})),
        "MLPClassifier": make_pipeline(StandardScaler(), MLPClassifier(random_state=seed, **(theirs or {}))),
    }


def accuracies(load):
    """The accuracy of each seed and fold, by estimator."""
    x, y = load(return_X_y=True)
    found = {}
    for seed in range(args.seeds):
        folds = StratifiedKFold(5, shuffle=True, random_state=seed)
        for title, model in estimators(seed).items():
            found.setdefault(title, []).extend(cross_val_score(model, x, y, cv=folds))
    return found


def images(name, header, n):
    with gzip.open(f"{FASHION}/{name}-ubyte.gz") as file:
        return np.frombuffer(file.read(), dtype=np.uint8)[header:].reshape(n, -1)


def fit_times(x, y, x_test, y_test):
    """Seconds of CPU and of time of each round, and accuracy on the test images, by estimator."""
    common = {"hidden_layer_sizes": (256, 256), "activation": "tanh", "batch_size": 64, "max_iter": 5,
              "learning_rate_init": 1e-3, "solver": "adam"}
    found = {}
    for _ in range(args.rounds):
        for title, model in estimators(0, common, common).items():
            cpu, wall = time.process_time(), time.perf_counter()
            model.fit(x, y)
            took = time.process_time() - cpu, time.perf_counter() - wall
            row = found.setdefault(title, {"took": [], "accuracy": 0.0})
            row["took"].append(took)
            row["accuracy"] = row["accuracy"] or model.score(x_test, y_test)
    return found


def spread(values):
    return f"{np.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def print_accuracies():
    print(f"scikit-learn {sklearn.__version__}; accuracy in percent, {args.seeds} seeds of five folds each: "
          "mean ± standard error over seeds and folds\n")
    header = None
    for name, load in SETS.items():
        found = accuracies(load)
        if header is None:
            header = "| data | " + " | ".join(found) + " |"
            print(header + "\n|" + "---|" * (len(found) + 1))
        cells = [f"{100 * np.mean(a):.1f} ± {100 * np.std(a, ddof=1) / len(a) ** 0.5:.1f}"
                 for a in found.values()]
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def main():
    warnings.simplefilter("ignore")  # few epochs are meant
    if args.seeds:
        print_accuracies()
    if not os.path.isdir(FASHION):
        print(f"\nleft out: fit times, because {FASHION} is not here")
        return
    x, y = images("train-images-idx3", 16, 60000), images("train-labels-idx1", 8, 60000)[:, 0]
    x_test, y_test = images("t10k-images-idx3", 16, 10000), images("t10k-labels-idx1", 8, 10000)[:, 0]
    found = fit_times(x[: args.images], y[: args.images], x_test, y_test)
    peer = np.median([cpu for cpu, _ in found["MLPClassifier"]["took"]])
    print(f"\nOne fit of {args.images} images, {args.threads} thread(s); load of the machine "
          f"{os.getloadavg()[0]:.1f}\n")
    print("| estimator | CPU s, median (least to largest) | time s | of MLPClassifier's CPU | accuracy % |")
    print("|---|---|---|---|---|")
    for title, row in found.items():
        cpu, wall = zip(*row["took"])
        print(f"| {title} | {spread(cpu)} | {spread(wall)} | {np.median(cpu) / peer:.2f} | "
              f"{100 * row['accuracy']:.1f} |")


main()
