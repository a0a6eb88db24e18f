#!/usr/bin/env python3
"""
sklearn_table.py - compares backless.sklearn's estimators with scikit-learn's MLPClassifier and MLPRegressor
after StandardScaler, and prints the tables of docs/python.md as Markdown.

    python3 bench/sklearn_table.py [--seeds 3] [--fashion-seeds 2] [--images 10000] [--rounds 3]

Scores: all with their defaults; accuracy in percent, of regressors R2. Five folds (stratified by classes),
drawn anew for each seed, and the estimators have the same seed. Fashion-MNIST (Debian's
dataset-fashion-mnist): the first --images training images and all 10,000 test images. The difference to
scikit-learn's estimator is taken fold by fold, and its standard error is over seeds and folds; folds of one
seed share examples, so it is a lower estimate. "housing" are made data with columns like those of the census
of California, because the real ones need a download. scikit-learn's regressor standardises y too
(TransformedTargetRegressor), as BacklessRegressor does.

Fit time: --images images, all with two hidden layers of 256 tanh, batches of 64, 5 epochs and Adam at 1e-3.
The estimators fit in turn, --rounds times. Seconds of CPU count the threads of all and depend less on what
else the machine does than seconds of time do; the median of the rounds is shown, with the least and the
largest. --threads 1 also limits BLAS. OPENBLAS_CORETYPE chooses slower kernels for NumPy: unset it first.
--seeds 0, --fashion-seeds 0 and --rounds 0 leave out a table. --ours '{"activation": "tanh"}' tries other
parameters of our estimators.
"""
import argparse
import gzip
import json
import os
import time
import warnings

parser = argparse.ArgumentParser(usage=__doc__)
parser.add_argument("--seeds", type=int, default=3)
parser.add_argument("--fashion-seeds", type=int, default=2)
parser.add_argument("--images", type=int, default=10000)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--ours", type=json.loads, default={}, metavar="JSON")
args = parser.parse_args()
# The libraries read these when they are loaded.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = str(args.threads)

import numpy as np  # noqa: E402
import sklearn  # noqa: E402
from sklearn.compose import TransformedTargetRegressor  # noqa: E402
from sklearn.datasets import (  # noqa: E402
    load_breast_cancer,
    load_diabetes,
    load_digits,
    load_iris,
    load_wine,
)
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score  # noqa: E402
from sklearn.neural_network import MLPClassifier, MLPRegressor  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402

from backless.sklearn import BacklessClassifier, BacklessRegressor  # noqa: E402

FASHION = "/usr/share/datasets/fashion-mnist"
RULES = ("dfa", "bp")  # with one hidden layer, which is the default, fa is dfa


def housing(return_X_y=True, n=2000):
    """Districts with columns like those of the census of California: income, age, rooms, bedrooms,
    population, occupants, latitude, longitude. The value falls with the distance to two cities, rises with
    income until 5, and has noise."""
    random = np.random.default_rng(1990)
    income, age = np.exp(random.normal(1.25, 0.47, n)), random.uniform(1, 52, n)
    rooms = np.exp(random.normal(1.65, 0.3, n))
    bedrooms, population = rooms * random.normal(0.2, 0.02, n), np.exp(random.normal(7, 0.7, n))
    occupants = np.exp(random.normal(1.05, 0.25, n))
    latitude, longitude = random.uniform(32.5, 42, n), random.uniform(-124.3, -114.3, n)
    near = sum(np.exp(-((latitude - a) ** 2 + (longitude - b) ** 2) / 2)
               for a, b in ((34.05, -118.25), (37.8, -122.4)))
    value = 0.4 * income + 1.5 * near * (1 + 0.1 * income) - 0.25 * occupants + 0.006 * age
    value += 1.5 * np.maximum(0.18 - bedrooms / rooms, 0)
    value = np.clip(value + random.normal(0, 0.35, n), 0.15, 5)
    x = np.column_stack([income, age, rooms, bedrooms, population, occupants, latitude, longitude])
    return x, value


CLASSES = {"digits": load_digits, "iris": load_iris, "wine": load_wine, "breast_cancer": load_breast_cancer}
TARGETS = {"diabetes": load_diabetes, "housing": housing}


def classifiers(seed, ours=None, theirs=None):
    """By rule, and "peer"."""
    found = {rule: BacklessClassifier(random_state=seed, rule=rule, **(ours or args.ours)) for rule in RULES}
    found["peer"] = make_pipeline(StandardScaler(), MLPClassifier(random_state=seed, **(theirs or {})))
    return found


def regressors(seed):
    found = {rule: BacklessRegressor(random_state=seed, rule=rule, **args.ours) for rule in RULES}
    peer = make_pipeline(StandardScaler(), MLPRegressor(random_state=seed))
    found["peer"] = TransformedTargetRegressor(peer, transformer=StandardScaler())
    return found


def cross_validated(load, estimators, folds):
    """The score of each seed and fold, by rule."""
    x, y = load(return_X_y=True)
    found = {}
    for seed in range(args.seeds):
        splits = folds(5, shuffle=True, random_state=seed)
        for name, model in estimators(seed).items():
            found.setdefault(name, []).extend(cross_val_score(model, x, y, cv=splits))
    return found


def images(name, header, n):
    with gzip.open(f"{FASHION}/{name}-ubyte.gz") as file:
        return np.frombuffer(file.read(), dtype=np.uint8)[header:].reshape(n, -1)


def fashion():
    """Training images and labels, test images and labels."""
    x, y = images("train-images-idx3", 16, 60000), images("train-labels-idx1", 8, 60000)[:, 0]
    x_test, y_test = images("t10k-images-idx3", 16, 10000), images("t10k-labels-idx1", 8, 10000)[:, 0]
    return x[: args.images], y[: args.images], x_test, y_test


def accuracies_of_fashion(x, y, x_test, y_test):
    found = {}
    for seed in range(args.fashion_seeds):
        for name, model in classifiers(seed).items():
            found.setdefault(name, []).append(model.fit(x, y).score(x_test, y_test))
    return found


def mean_and_error(values, unit, sign=""):
    """Mean and standard error; the mean alone of one value."""
    values = unit * np.asarray(values)
    digits = 1 if unit == 100 and not sign else 2 if unit == 100 else 3
    error = f" ± {np.std(values, ddof=1) / len(values) ** 0.5:.{digits}f}" if len(values) > 1 else ""
    return f"{np.mean(values):{sign}.{digits}f}{error}"


def print_header(peer):
    rules = [f'`rule="{rule}"` | minus {peer}' for rule in RULES]
    print(f"\n| data | {' | '.join(rules)} | {peer} |\n" + "|---" * (2 + 2 * len(RULES)) + "|")


def print_scores(name, found, unit):
    cells = []
    for rule in RULES:
        gaps = np.subtract(found[rule], found["peer"])
        cells += [mean_and_error(found[rule], unit), mean_and_error(gaps, unit, "+")]
    print(f"| {name} | {' | '.join(cells)} | {mean_and_error(found['peer'], unit)} |", flush=True)


def print_cross_validated():
    print(f"\nscikit-learn {sklearn.__version__}, {args.seeds} seeds of five folds each")
    print_header("MLPClassifier")
    for name, load in CLASSES.items():
        print_scores(name, cross_validated(load, classifiers, StratifiedKFold), 100)
    print_header("MLPRegressor")
    for name, load in TARGETS.items():
        print_scores(name, cross_validated(load, regressors, KFold), 1)


def fit_times(x, y, x_test, y_test):
    """Seconds of CPU and of time of each round, and accuracy on the test images, by rule."""
    common = {"hidden_layer_sizes": (256, 256), "activation": "tanh", "batch_size": 64, "max_iter": 5,
              "learning_rate_init": 1e-3, "solver": "adam"}
    found = {}
    for _ in range(args.rounds):
        for name, model in classifiers(0, common, common).items():
            cpu, wall = time.process_time(), time.perf_counter()
            model.fit(x, y)
            took = time.process_time() - cpu, time.perf_counter() - wall
            row = found.setdefault(name, {"took": [], "accuracy": 0.0})
            row["took"].append(took)
            row["accuracy"] = row["accuracy"] or model.score(x_test, y_test)
    return found


def spread(values):
    return f"{np.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def print_fit_times(found):
    peer = np.median([cpu for cpu, _ in found["peer"]["took"]])
    print(f"\nOne fit of {args.images} images, {args.threads} thread(s); load of the machine "
          f"{os.getloadavg()[0]:.1f}\n")
    print("| estimator | CPU s, median (least to largest) | time s | of MLPClassifier's CPU | accuracy % |")
    print("|---|---|---|---|---|")
    for name, row in found.items():
        cpu, wall = zip(*row["took"])
        title = "MLPClassifier" if name == "peer" else f'`rule="{name}"`'
        print(f"| {title} | {spread(cpu)} | {spread(wall)} | {np.median(cpu) / peer:.2f} | "
              f"{100 * row['accuracy']:.1f} |")


def main():
    warnings.simplefilter("ignore")  # few epochs are meant
    if args.seeds:
        print_cross_validated()
    if not os.path.isdir(FASHION):
        print(f"\nleft out: Fashion-MNIST, because {FASHION} is not here")
        return
    parts = fashion()
    if args.fashion_seeds:
        print_header("MLPClassifier")
        print_scores("Fashion-MNIST", accuracies_of_fashion(*parts), 100)
    if args.rounds:
        print_fit_times(fit_times(*parts))


main()
