"""The estimators accept and refuse the inputs that scikit-learn's own estimators accept and refuse."""

from __future__ import annotations

import re
import warnings

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6", reason="scikit-learn 1.6 or newer is not installed")

from sklearn.datasets import load_iris  # noqa: E402
from sklearn.exceptions import NotFittedError  # noqa: E402
from sklearn.linear_model import (  # noqa: E402
    LinearRegression,
    LogisticRegression,
    SGDClassifier,
    SGDRegressor,
)
from sklearn.naive_bayes import GaussianNB  # noqa: E402
from sklearn.neural_network import MLPClassifier, MLPRegressor  # noqa: E402

from backless.sklearn import BacklessClassifier, BacklessRegressor  # noqa: E402

# Few epochs are enough for these tests, but give a warning.
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

PAIRS = [(BacklessClassifier, MLPClassifier), (BacklessRegressor, MLPRegressor)]
# MLPClassifier.partial_fit converts a NaN in y to a class.
STREAMS = [(BacklessClassifier, SGDClassifier), (BacklessRegressor, SGDRegressor)]


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
    "texts": lambda x: x.astype(str),
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
    classes = {"classes": [0, 1, 2]} if kind is BacklessClassifier else {}
    stream = kind(random_state=0).partial_fit(x, y, **classes)
    other = kind(random_state=0).partial_fit(SAME_NUMBERS[name](x), list(y), **classes)
    assert other.model_.hash() == stream.model_.hash()


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


@pytest.mark.parametrize("kind, peer", STREAMS)
@pytest.mark.parametrize("name", REFUSED)
def test_partial_fit_refuses_what_scikit_learn_refuses(iris, kind, peer, name):
    change, sentence = REFUSED[name]
    x, y = change(*iris)
    classes = {"classes": [0, 1, 2]} if kind is BacklessClassifier else {}
    for estimator in (peer(), kind()):
        with pytest.raises(ValueError, match=sentence):
            estimator.partial_fit(x, y, **classes)


@pytest.mark.parametrize("kind", [BacklessClassifier, BacklessRegressor])
@pytest.mark.parametrize("call", ["predict", "predict_proba", "score"])
def test_an_estimator_that_is_not_fitted_predicts_nothing(iris, kind, call):
    if call == "predict_proba" and kind is BacklessRegressor:
        assert not hasattr(kind(), call)
        return
    with pytest.raises(NotFittedError, match="is not fitted yet"):
        getattr(kind(), call)(*(iris if call == "score" else iris[:1]))
    with pytest.raises(AttributeError, match="is not fitted yet, and has no model_"):
        kind().model_  # noqa: B018


@pytest.mark.parametrize("kind", [BacklessClassifier, BacklessRegressor])
def test_columns_are_those_of_the_first_fit_unless_a_fit_begins_anew(iris, kind):
    x, y = iris
    other = "X has 3 features, but .* is expecting 4 features as input"
    model = kind(max_iter=1).fit(x, y)
    with pytest.raises(ValueError, match=other):
        model.partial_fit(x[:, :3], y)
    with pytest.raises(ValueError, match=other):
        model.set_params(warm_start=True).fit(x[:, :3], y)
    assert model.set_params(warm_start=False).fit(x[:, :3], y).n_features_in_ == 3
    classes = {"classes": [0, 1, 2]} if kind is BacklessClassifier else {}
    stream = kind().partial_fit(x, y, **classes)
    with pytest.raises(ValueError, match=other):
        stream.partial_fit(x[:, :3], y)


def test_continuous_labels_are_refused_in_every_call(iris):
    x, y = iris
    halves = y + 0.5
    for kind in (MLPClassifier, BacklessClassifier):
        model = kind(max_iter=1, warm_start=True).fit(x, y)
        for call in (model.partial_fit, model.fit):
            with pytest.raises(ValueError, match="Unknown label type"):
                call(x, halves)


def test_unknown_classes_are_refused(iris):
    x, y = iris
    stream = BacklessClassifier().partial_fit(x, y, classes=[0, 1, 2])
    for wrong in (y + 1, y - 1):
        with pytest.raises(ValueError, match="y holds the class"):
            stream.partial_fit(x, wrong)
    with pytest.raises(ValueError, match="at least 2 classes"):
        BacklessClassifier().partial_fit(x, np.zeros(len(x), dtype=int), classes=[0])


def test_the_shape_of_y_is_that_of_the_first_fit(iris):
    x = iris[0]
    for y, other in ((x[:, :2], x[:, :3]), (x[:, :2], x[:, 0]), (x[:, 0], x[:, :2])):
        stream = BacklessRegressor().partial_fit(x, y)
        with pytest.raises(ValueError, match="y has the shape .*, but that of the first fit was"):
            stream.partial_fit(x, other)
        model = BacklessRegressor(max_iter=1, warm_start=True).fit(x, y)
        with pytest.raises(ValueError, match="y has the shape .*, but that of the first fit was"):
            model.fit(x, other)


def test_words_as_targets_are_refused(iris):
    words = np.array(["setosa", "versicolor", "virginica"])[iris[1]]
    for model in (LinearRegression(), BacklessRegressor()):
        with pytest.raises(ValueError, match="could not convert string to float"):
            model.fit(iris[0], words.astype(object))
    with pytest.raises(ValueError, match="could not convert string to float"):
        BacklessRegressor().fit(iris[0], words)


@pytest.mark.parametrize("before, after", [((9,), (9, 3)), ((3,), (3, 3)), ((3, 3), (3,)), ((9,), (8,))])
def test_a_warm_start_refuses_another_net(iris, before, after):
    """Also one whose layers have the names and shapes of some layers of the net before."""
    model = BacklessClassifier(before, max_iter=1, warm_start=True).fit(*iris)
    with pytest.raises(ValueError, match="the net has changed since the fit before"):
        model.set_params(hidden_layer_sizes=after).fit(*iris)


def test_a_warm_start_may_drop_the_feedback_but_not_make_some(iris):
    model = BacklessClassifier((9, 9), max_iter=1, warm_start=True).fit(*iris)
    assert len(model.model_.feedback) > 0
    assert len(model.set_params(rule="bp").fit(*iris).model_.feedback) == 0
    with pytest.raises(ValueError, match="the fit before had no .*: a warm start needs"):
        model.set_params(rule="dfa").fit(*iris)


WRONG_PARAMETERS = [
    ("max_iter", [0, -1, 2.5, "many"], "None or a whole number from 1"),
    ("batch_size", [0, 2.5, "big", None], '"auto" or a whole number from 1'),
    ("learning_rate_init", [0, -1.0, np.nan, np.inf, "fast"], "None or a number above 0"),
    ("validation_fraction", [0, 1, 2, np.nan, None], "a number between 0 and 1"),
    ("n_iter_no_change", [0, 1.5, None], "a whole number from 1"),
    ("warm_start", ["no", None, 1], "True or False"),
    ("early_stopping", ["yes", None, 1], "True or False"),
    ("scale", ["no", None], "True or False"),
    ("verbose", ["loud", -1, None], "True, False or a whole number"),
    ("threads", ["two", -1, 1.5], "None or a whole number from 0"),
    ("options", [[1], "lr=1"], "None or a dict"),
    ("rule", [None, 3], "a name of backless.rules"),
    ("solver", [None, 1], '"adam", "rmsprop" or "sgd"'),
    ("hidden_layer_sizes", [None, True, "ten", ((1, 2), (3,)), ((3, 4),)], "whole numbers from 1"),
]


@pytest.mark.parametrize("kind", [BacklessClassifier, BacklessRegressor])
@pytest.mark.parametrize("name, values, expected", WRONG_PARAMETERS, ids=[row[0] for row in WRONG_PARAMETERS])
def test_wrong_parameters_are_named(iris, kind, name, values, expected):
    """Also those that this call does not use; in every call, because set_params() takes anything."""
    classes = {"classes": [0, 1, 2]} if kind is BacklessClassifier else {}
    for value in values:
        model = kind().set_params(**{name: value})
        sentence = re.escape(f"{name} is {value!r}, expected ") + ".*" + re.escape(expected)
        with pytest.raises(ValueError, match=sentence):
            model.fit(*iris)
        with pytest.raises(ValueError, match=sentence):
            model.partial_fit(*iris, **classes)


def test_parameters_may_be_numbers_of_numpy(iris):
    model = BacklessClassifier(
        np.array([5, 4]),
        batch_size=np.int64(32),
        learning_rate_init=np.float32(0.01),
        max_iter=np.int32(2),
        early_stopping=np.True_,
        verbose=np.int64(0),
        random_state=np.int64(3),
    )
    assert model.fit(*iris).n_iter_ == 2


def test_early_stopping_says_what_it_cannot_do(iris):
    x, y = iris
    few = BacklessClassifier(early_stopping=True)
    with pytest.raises(ValueError, match="hold out validation_fraction=0.1 of 15 examples: .*classes = 3"):
        few.fit(x[::10], y[::10])
    for kind, peer in PAIRS:
        for model in (kind(early_stopping=True), peer(early_stopping=True)):
            with pytest.raises(ValueError, match="partial_fit does not support early_stopping=True"):
                model.partial_fit(x, y, **({"classes": [0, 1, 2]} if hasattr(model, "predict_proba") else {}))


@pytest.mark.parametrize("factor", [2.0**900, 2.0**-900])
def test_numbers_whose_squares_are_no_floats(iris, factor):
    """Standardised they are those of the plain numbers, to the bit. Above float32's range, the order of the
    examples is another one, so the nets are not compared."""
    x, y = iris
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        model = BacklessClassifier(max_iter=30, random_state=0).fit(x * factor, y)
        assert model.score(x * factor, y) > 0.9
        plain, scaled = BacklessRegressor(random_state=0), BacklessRegressor(random_state=0)
        plain.partial_fit(x, x[:, 0])
        scaled.partial_fit(x * factor, x[:, 0] * factor)
        assert scaled.model_.hash() == plain.model_.hash()
        assert np.array_equal(scaled.predict(x * factor), plain.predict(x) * factor)


@pytest.mark.parametrize("sizes", [2.5, (10, 2.5), ("ten",), -1])
def test_sizes_of_layers_are_whole_numbers(iris, sizes):
    with pytest.raises(ValueError, match="expected whole numbers from 1"):
        BacklessClassifier(sizes).fit(*iris)


@pytest.mark.parametrize("kind", [BacklessClassifier, BacklessRegressor])
@pytest.mark.parametrize("call", ["fit", "partial_fit"])
def test_weights_are_a_column_of_numbers(iris, kind, call):
    x, y = iris
    weights = np.ones((len(x), 2))
    classes = {"classes": [0, 1, 2]} if kind is BacklessClassifier and call == "partial_fit" else {}
    with pytest.raises(ValueError, match="Sample weights must be 1D array or scalar"):
        LogisticRegression().fit(x, y, sample_weight=weights)
    with pytest.raises(ValueError, match="Sample weights must be 1D array or scalar"):
        getattr(kind(), call)(x, y, sample_weight=weights, **classes)
    with pytest.raises(ValueError, match="for each of 150 samples"):
        getattr(kind(), call)(x, y, sample_weight=weights[1:, 0], **classes)


@pytest.mark.parametrize("kind", [BacklessClassifier, BacklessRegressor])
@pytest.mark.parametrize("make", ["csr_matrix", "csr_array"])
def test_sparse_matrices_are_refused_as_by_dense_estimators(iris, kind, make):
    x, y = iris
    sparse = getattr(pytest.importorskip("scipy.sparse"), make)(x)
    for estimator in (GaussianNB(), kind(max_iter=1)):
        with pytest.raises(TypeError, match="Sparse data was passed.*, but dense data is required"):
            estimator.fit(sparse, y)
        estimator.fit(x, y)
        with pytest.raises(TypeError, match="Sparse data was passed.*, but dense data is required"):
            estimator.predict(sparse)


@pytest.mark.parametrize("kind, peer", PAIRS)
def test_frames_with_categories(iris, kind, peer):
    """Categories that are numbers are numbers; words are refused, and so are missing values."""
    pandas = pytest.importorskip("pandas")
    x, y = iris
    frame = pandas.DataFrame(x, columns=list("abcd"))
    numbers = frame.assign(d=frame["d"].astype("category"))
    plain = kind(max_iter=2, random_state=0).fit(frame, y)
    assert kind(max_iter=2, random_state=0).fit(numbers, y).model_.hash() == plain.model_.hash()
    words = frame.assign(d=pandas.Categorical.from_codes(y, ["small", "middle", "large"]))
    missing = frame.assign(d=frame["d"].mask(frame["d"] > 2).astype("Float64"))
    for wrong, sentence in ((words, "could not convert string to float"), (missing, "contains NaN")):
        for estimator in (peer(max_iter=1), kind(max_iter=1)):
            with pytest.raises(ValueError, match=sentence):
                estimator.fit(wrong, y)
