"""The estimators accept and refuse the inputs that scikit-learn's own estimators accept and refuse."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6", reason="scikit-learn 1.6 or newer is not installed")

from sklearn.datasets import load_iris  # noqa: E402
from sklearn.neural_network import MLPClassifier, MLPRegressor  # noqa: E402

from backless.sklearn import BacklessClassifier, BacklessRegressor  # noqa: E402

# Few epochs are enough for these tests, but give a warning.
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

PAIRS = [(BacklessClassifier, MLPClassifier), (BacklessRegressor, MLPRegressor)]


@pytest.fixture(scope="module")
def iris():
    return load_iris(return_X_y=True)


def with_value(x, value):
    changed = x.copy()
    changed[3, 1] = value
    return changed


REFUSED = {
    "NaN in x": (lambda x, y: (with_value(x, np.nan), y), "Input X contains NaN"),
    "infinity in x": (lambda x, y: (with_value(x, np.inf), y), "Input X contains infinity"),
    "NaN in y": (lambda x, y: (x, np.where(np.arange(len(y)) == 5, np.nan, y)), "Input y contains NaN"),
    "one dimension": (lambda x, y: (x[:, 0], y), "Expected 2D array, got 1D array instead"),
    "three dimensions": (lambda x, y: (x[:, :, None], y), "Found array with dim 3"),
    "a number": (lambda x, y: (3.0, y), "Expected 2D array, got scalar array instead"),
    "another number of rows": (lambda x, y: (x[:-1], y), "inconsistent numbers of samples"),
    "no rows": (lambda x, y: (x[:0], y[:0]), r"Found array with 0 sample\(s\)"),
    "no columns": (lambda x, y: (x[:, :0], y), r"Found array with 0 feature\(s\)"),
    "words in x": (lambda x, y: (np.full(x.shape, "wide"), y), "string to float|arrays of bytes/strings"),
    "rows of several lengths": (lambda x, y: ([[1.0, 2.0], [3.0]], [0, 1]), "inhomogeneous"),
    "complex numbers": (lambda x, y: (x + 1j, y), "Complex data not supported"),
    "no y": (lambda x, y: (x, None), "requires y to be passed|y cannot be None"),
}


@pytest.mark.parametrize("kind, peer", PAIRS)
@pytest.mark.parametrize("name", REFUSED)
def test_fit_refuses_what_scikit_learn_refuses(iris, kind, peer, name):
    change, sentence = REFUSED[name]
    x, y = change(*iris)
    with pytest.raises(ValueError, match=sentence):
        peer(max_iter=1).fit(x, y)
    with pytest.raises(ValueError, match=sentence):
        kind(max_iter=1).fit(x, y)


@pytest.mark.parametrize("kind, peer", PAIRS)
@pytest.mark.parametrize("name", ["NaN in x", "infinity in x", "one dimension", "no rows", "words in x"])
def test_predict_refuses_what_scikit_learn_refuses(iris, kind, peer, name):
    change, sentence = REFUSED[name]
    wrong, _ = change(*iris)
    for model in (peer(max_iter=1).fit(*iris), kind(max_iter=1).fit(*iris)):
        with pytest.raises(ValueError, match=sentence):
            model.predict(wrong)


@pytest.mark.parametrize("kind, peer", PAIRS)
def test_predict_refuses_another_number_of_columns(iris, kind, peer):
    x, y = iris
    for model in (peer(max_iter=1).fit(x, y), kind(max_iter=1).fit(x, y)):
        with pytest.raises(ValueError, match="X has 3 features, but .* is expecting 4 features as input"):
            model.predict(x[:, :3])


def test_a_classifier_refuses_continuous_labels(iris):
    x, _ = iris
    for kind in (MLPClassifier, BacklessClassifier):
        with pytest.raises(ValueError, match="Unknown label type"):
            kind(max_iter=1).fit(x, x[:, 0])


def gaps(x):
    wide = np.zeros((2 * len(x), 3 * x.shape[1]))
    wide[::2, ::3] = x
    return wide[::2, ::3]


SAME_NUMBERS = {
    "lists": lambda x: x.tolist(),
    "tuples": lambda x: tuple(map(tuple, x)),
    "columns in order": np.asfortranarray,
    "gaps": gaps,
    "reversed twice": lambda x: np.ascontiguousarray(x[::-1])[::-1],
    "the other byte order": lambda x: x.astype(">f8"),
    "objects": lambda x: x.astype(object),
    "numbers as words": lambda x: x.astype(str).astype(object),
    "read-only": lambda x: np.lib.stride_tricks.as_strided(x, writeable=False),
}


@pytest.mark.parametrize("kind", [BacklessClassifier, BacklessRegressor])
@pytest.mark.parametrize("name", SAME_NUMBERS)
def test_the_same_numbers_in_another_form_give_the_same_bits(iris, kind, name):
    x, y = iris
    plain = kind(max_iter=2, random_state=0).fit(x, y)
    other = kind(max_iter=2, random_state=0).fit(SAME_NUMBERS[name](x), list(y))
    assert other.model_.hash() == plain.model_.hash()
    assert np.array_equal(other.predict(SAME_NUMBERS[name](x)), plain.predict(x))


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, np.int64, np.uint8])
def test_types_of_numbers(iris, dtype):
    """Every type of numbers is learned from. The order of the examples follows from their bytes, so the bits
    may depend on the type."""
    x, y = np.rint(iris[0] * 10).astype(dtype), iris[1]
    model = BacklessClassifier(max_iter=30, random_state=0).fit(x, y)
    assert model.score(x, y) > 0.9
    assert np.allclose(model.predict_proba(x), model.predict_proba(x.astype(np.float64)), atol=1e-6)


@pytest.mark.parametrize(
    "names", [[1, 2, 3], [-5, 0, 7], [1.0, 2.0, 3.0], ["setosa", "versicolor", "virginica"]]
)
def test_labels_of_any_kind(iris, names):
    """Labels not from 0, floats without a fraction and texts are classes, as for scikit-learn."""
    x, y = iris
    labels = np.array(names)[y]
    plain = BacklessClassifier(max_iter=5, random_state=0).fit(x, y)
    model = BacklessClassifier(max_iter=5, random_state=0).fit(x, labels)
    peer = MLPClassifier(max_iter=5, random_state=0).fit(x, labels)
    assert model.classes_.tolist() == peer.classes_.tolist() == names
    assert model.model_.hash() == plain.model_.hash()
    assert np.array_equal(model.predict(x), np.array(names)[plain.predict(x)])
    assert model.predict(x).dtype == peer.predict(x).dtype


def test_a_column_of_labels_warns(iris):
    x, y = iris
    for kind in (MLPClassifier, BacklessClassifier):
        with pytest.warns(Warning, match="column-vector y was passed when a 1d array was expected"):
            kind(max_iter=1).fit(x, y[:, None])
