"""The estimators behave as scikit-learn's do."""

from __future__ import annotations

import copy
import pickle
import sys

import numpy as np
import pytest

import backless

pytest.importorskip("sklearn", minversion="1.6", reason="scikit-learn 1.6 or newer is not installed")

from sklearn.base import clone  # noqa: E402
from sklearn.datasets import load_diabetes, load_digits, load_iris  # noqa: E402
from sklearn.model_selection import GridSearchCV, train_test_split  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import MinMaxScaler  # noqa: E402
from sklearn.utils.estimator_checks import check_estimator  # noqa: E402

from backless.sklearn import BacklessClassifier, BacklessRegressor  # noqa: E402

# Tests that do not compare errors train few epochs, which gives a warning.
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

# Accuracy on two sets and R2 on a third that a net with one hidden layer clearly exceeds.
IRIS, DIGITS, DIABETES = 0.9, 0.9, 0.3


@pytest.fixture(scope="module")
def iris():
    return load_iris(return_X_y=True)


@pytest.fixture(scope="module")
def digits():
    x, y = load_digits(return_X_y=True)
    return train_test_split(x, y, test_size=0.3, random_state=0, stratify=y)


@pytest.mark.parametrize("kind", [BacklessClassifier, BacklessRegressor])
@pytest.mark.filterwarnings("ignore")
def test_scikit_learns_own_checks(kind):
    """Passes scikit-learn's checks of estimators, without expected failures and without tags that disable a
    check."""
    check_estimator(kind())
    tags = kind().__sklearn_tags__()
    assert not tags.non_deterministic and not tags.no_validation and tags.requires_fit
    assert not (tags.classifier_tags or tags.regressor_tags).poor_score


def test_names_are_of_the_package_too():
    assert backless.BacklessClassifier is BacklessClassifier
    assert backless.BacklessRegressor is BacklessRegressor
    with pytest.raises(AttributeError, match="no attribute 'BacklessCluster'"):
        backless.BacklessCluster  # noqa: B018


def test_a_missing_scikit_learn_is_told(monkeypatch):
    for name in [n for n in sys.modules if n.startswith("backless.sklearn")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(backless, "sklearn", raising=False)
    monkeypatch.setitem(sys.modules, "sklearn.utils.validation", None)
    with pytest.raises(ImportError, match="needs scikit-learn 1.6 or newer: pip install"):
        backless.BacklessClassifier  # noqa: B018


def test_a_fit_and_its_curves(digits):
    x, x_test, y, y_test = digits
    model = BacklessClassifier((60, 40), "tanh", max_iter=8, random_state=0).fit(x, y)
    assert model.score(x_test, y_test) > DIGITS
    assert model.n_iter_ == 8 == len(model.loss_curve_) and model.loss_ == model.loss_curve_[-1]
    assert model.loss_curve_[-1] < model.loss_curve_[0]
    assert model.alignment_curve_.shape == (8, 2)
    assert (model.alignment_curve_[-1] < 90).all()
    assert np.allclose(model.predict_proba(x_test).sum(axis=1), 1)


def test_the_rule_and_the_seed_decide(iris):
    def bits(rule, seed):
        return BacklessClassifier(rule=rule, random_state=seed, max_iter=3).fit(*iris).model_.hash()

    assert bits("dfa", 1) == bits("dfa", 1)
    assert len({bits("dfa", 1), bits("dfa", 2), bits("bp", 1)}) == 3


def test_early_stopping_keeps_the_best_epoch(digits):
    x, x_test, y, y_test = digits
    model = BacklessClassifier(
        50, "tanh", early_stopping=True, n_iter_no_change=3, max_iter=200, random_state=1
    )
    model.fit(x, y)
    scores = model.validation_scores_
    assert model.n_iter_ == len(scores) < 200
    assert model.best_validation_score_ == max(scores)
    best = int(np.argmax(scores))
    assert best == len(scores) - 1 - 3 and scores[-1] < scores[best]
    # The weights are those of the best epoch: the held-out examples are scored as they were then.
    held_out = model._split(*_set_of(model, x, y))[1]
    right = model._learner.model.predict(held_out.x) == held_out.y
    assert right.mean() == pytest.approx(scores[best])
    assert model.score(x_test, y_test) > DIGITS


def _set_of(model, x, y):
    from backless.sklearn.training_set import merged

    examples = merged(x, y.astype(np.int32), None)
    return examples._replace(x=model._scaling.apply(examples.x)), np.random.RandomState(model.random_state)


@pytest.mark.parametrize("kind", [BacklessClassifier, BacklessRegressor])
def test_a_weight_is_as_many_copies(iris, kind):
    x, y = iris
    times = np.random.default_rng(0).integers(0, 4, len(x))
    order = np.random.default_rng(1).permutation(len(x))
    model = kind(max_iter=3, random_state=0)
    weighted = clone(model).fit(x[order], y[order], sample_weight=times[order])
    copied = clone(model).fit(x.repeat(times, axis=0), y.repeat(times))
    plain = clone(model).fit(x, y)
    assert weighted.model_.hash() == copied.model_.hash() != plain.model_.hash()


def test_class_weights_move_the_border(iris):
    x, y = iris

    def predicted(class_weight):
        model = BacklessClassifier(class_weight=class_weight, max_iter=30, random_state=0)
        return np.bincount(model.fit(x[:, 1:2], y).predict(x[:, 1:2]), minlength=3)

    assert predicted({0: 1, 1: 1, 2: 50})[2] > predicted(None)[2]
    few = np.r_[0:50, 50:60]
    share = BacklessClassifier(class_weight="balanced", random_state=0).fit(x[few], y[few])
    weights = share._weights_of_classes(y[few], np.ones(60))
    assert weights[:50].sum() == pytest.approx(weights[50:].sum()) == pytest.approx(30)


def test_partial_fit_learns_and_goes_on_from_a_fit(iris):
    x, y = iris
    model = BacklessClassifier(random_state=0)
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        model.partial_fit(x, y)
    for _ in range(40):
        model.partial_fit(x, y, classes=[0, 1, 2])
    assert model.score(x, y) > IRIS and model.n_iter_ == 40 == len(model.loss_curve_)
    with pytest.raises(ValueError, match="not the same as on last call"):
        model.partial_fit(x, y, classes=[0, 1])
    fitted = BacklessClassifier(random_state=0, max_iter=30).fit(x, y)
    fitted.partial_fit(x, y)
    assert fitted.score(x, y) > IRIS and fitted.n_iter_ == 31


@pytest.mark.parametrize("kind", [BacklessClassifier, BacklessRegressor])
def test_a_weight_in_partial_fit_is_as_many_copies(iris, kind):
    """In one batch, weights of mean 1 give the step, the loss and the scaling of the copies. Sums in another
    order differ by float32's rounding."""
    x, y = iris
    times = np.random.default_rng(0).integers(0, 4, len(x))
    copies = x.repeat(times, axis=0), y.repeat(times)
    settings = {"solver": "sgd", "batch_size": 512, "random_state": 0}
    more = {"classes": [0, 1, 2]} if kind is BacklessClassifier else {}
    weighted, copied, plain = kind(**settings), kind(**settings), kind(**settings)
    for _ in range(3):
        weighted.partial_fit(x, y, sample_weight=times / times.mean(), **more)
        copied.partial_fit(*copies, **more)
        plain.partial_fit(x, y, **more)
    assert np.allclose(weighted._scaling.mean, copied._scaling.mean)
    assert np.allclose(weighted.loss_curve_, copied.loss_curve_, rtol=1e-5)
    for name, array in copied.model_.weights.items():
        assert np.allclose(weighted.model_.weights[name], array, rtol=1e-4, atol=1e-6)
        assert not np.allclose(plain.model_.weights[name], array, rtol=1e-4, atol=1e-6)


def test_weights_of_classes_in_partial_fit(iris):
    x, y = iris
    by_class = BacklessClassifier(class_weight={0: 1, 1: 0.5, 2: 3}, random_state=0, scale=False)
    by_example = BacklessClassifier(random_state=0, scale=False)
    for _ in range(3):
        by_class.partial_fit(x, y, classes=[0, 1, 2])
        by_example.partial_fit(x, y, classes=[0, 1, 2], sample_weight=np.array([1, 0.5, 3])[y])
    assert by_class.model_.hash() == by_example.model_.hash()
    with pytest.raises(ValueError, match="frequencies of the classes in later calls are unknown"):
        BacklessClassifier(class_weight="balanced").partial_fit(x, y, classes=[0, 1, 2])


def test_batches_of_weight_zero_are_left_out(iris):
    x, y = iris
    model = BacklessClassifier(batch_size=1, random_state=0, scale=False)
    model.partial_fit(x, y, classes=[0, 1, 2], sample_weight=(y == 1).astype(float))
    assert model.predict(x[y == 1]).tolist() == [1] * 50
    before = model.model_.hash()
    model.set_params(class_weight={0: 1, 1: 0, 2: 1}).partial_fit(x[y == 1], y[y == 1])
    model.set_params(class_weight=None).partial_fit(x[:1], y[:1], sample_weight=[1e-60])
    assert model.model_.hash() == before and np.isnan(model.loss_curve_[-2:]).all()
    with pytest.raises(ValueError, match="zero for every sample"):
        model.partial_fit(x, y, sample_weight=np.zeros(len(x)))


def test_options_hold_for_partial_fit(iris):
    x, y = iris
    named = BacklessClassifier(random_state=0, batch_size=10, solver="sgd momentum 0.9")
    optional = BacklessClassifier(random_state=0, options={"batch": 10, "optimizer": "sgd momentum 0.9"})
    for model in (named, optional):
        model.partial_fit(x, y, classes=[0, 1, 2])
    assert optional.model_.hash() == named.model_.hash()
    plain = BacklessClassifier(random_state=0).partial_fit(x, y, classes=[0, 1, 2])
    assert plain.model_.hash() != named.model_.hash()


def test_partial_fit_keeps_the_first_scaling(iris):
    x, y = iris
    model = BacklessClassifier(random_state=0).partial_fit(x[::2], y[::2], classes=[0, 1, 2])
    mean = model._scaling.mean.copy()
    assert np.allclose(mean, x[::2].mean(axis=0))
    model.partial_fit(x[1::2] + 5, y[1::2])
    assert (model._scaling.mean == mean).all()
    plain = BacklessClassifier(random_state=0, scale=False, max_iter=2).fit(x, y)
    assert np.array_equal(plain.predict_proba(x), plain.model_.predict_proba(x.astype(np.float32)))


def test_warm_start_goes_on(iris):
    x, y = iris
    warm = BacklessClassifier(warm_start=True, max_iter=10, random_state=0).fit(x, y)
    first = warm.loss_curve_
    warm.fit(x, y)
    assert warm.loss_curve_[0] < first[0] and warm.n_iter_ == 10
    with pytest.raises(ValueError, match="holds the class 7"):
        warm.fit(x, np.where(y == 2, 7, y))


def test_pickles_predict_and_learn_on_with_the_same_bits(iris):
    x, y = iris
    for model in (
        BacklessClassifier(random_state=0, max_iter=3).fit(x, y),
        BacklessClassifier(random_state=0).partial_fit(x, y, classes=[0, 1, 2]),
    ):
        copies = [pickle.loads(pickle.dumps(model)), copy.deepcopy(model)]
        copies.append(pickle.loads(pickle.dumps(copies[0])))
        for other in copies:
            assert np.array_equal(other.predict_proba(x), model.predict_proba(x))
        model.partial_fit(x, y)
        for other in copies:
            assert other.partial_fit(x, y).model_.hash() == model.model_.hash()


def test_grid_search_in_a_pipeline_in_two_processes(iris):
    x, y = iris
    pipeline = make_pipeline(MinMaxScaler(), BacklessClassifier(random_state=0, max_iter=30))
    search = GridSearchCV(pipeline, {"backlessclassifier__rule": ["dfa", "bp"]}, n_jobs=2, cv=3)
    search.fit(x, y)
    assert search.best_score_ > IRIS
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_threads_are_as_many_as_joblib_says(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert BacklessClassifier()._threads() == 1 and BacklessClassifier(threads=2)._threads() == 2
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert BacklessClassifier()._threads() == 0


def test_frames_have_their_names(iris):
    pandas = pytest.importorskip("pandas")
    x = pandas.DataFrame(iris[0], columns=list("abcd"))
    y = pandas.Series(iris[1]).map({0: "setosa", 1: "versicolor", 2: "virginica"})
    model = BacklessClassifier(random_state=0, max_iter=30).fit(x, y)
    assert list(model.feature_names_in_) == list("abcd")
    assert list(model.classes_) == ["setosa", "versicolor", "virginica"]
    assert model.score(x, y) > IRIS
    with pytest.raises(ValueError, match="feature names"):
        model.predict(x[list("dcba")])


def test_regression_of_one_target_and_of_two():
    x, y = load_diabetes(return_X_y=True)
    model = BacklessRegressor(20, random_state=0).fit(x, y)
    assert model.predict(x).shape == y.shape and model.score(x, y) > DIABETES
    both = np.column_stack([y, -3 * y])
    two = BacklessRegressor(20, random_state=0).fit(x, both)
    assert two.predict(x).shape == both.shape and two.score(x, both) > DIABETES
    stream = BacklessRegressor(20, random_state=0)
    for _ in range(20):
        stream.partial_fit(x, y)
    assert stream.score(x, y) > DIABETES
    assert np.array_equal(pickle.loads(pickle.dumps(stream)).predict(x), stream.predict(x))


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        ({"activation": "step"}, "activation 'step' is not one of identity, logistic, tanh"),
        ({"hidden_layer_sizes": (10, 0)}, "expected whole numbers from 1"),
        ({"rule": "dfaa"}, "dfaa"),
        ({"options": {"feedbak": 1}}, "did you mean feedback"),
    ],
)
def test_wrong_parameters_are_told(iris, arguments, sentence):
    with pytest.raises((ValueError, TypeError), match=sentence):
        BacklessClassifier(**arguments).fit(*iris)


@pytest.mark.parametrize(
    "weights, sentence",
    [(-1.0, "negative"), (np.nan, "NaN"), (0.0, "zero for every sample"), ([1.0, 2.0], "for each of 150")],
)
def test_wrong_weights_are_told(iris, weights, sentence):
    with pytest.raises(ValueError, match=sentence):
        BacklessClassifier().fit(*iris, sample_weight=weights)


def test_one_class_is_told(iris):
    with pytest.raises(ValueError, match="at least 2 classes"):
        BacklessClassifier().fit(iris[0][:50], iris[1][:50])


def test_a_refit_that_fails_changes_nothing():
    rng = np.random.default_rng(1)
    x = rng.standard_normal((60, 5))
    y = x @ rng.standard_normal(5)
    model = BacklessRegressor((8,), max_iter=3, random_state=1).fit(x, y)
    before = model.predict(x)
    with pytest.raises(Exception, match="nope"):
        model.set_params(rule="nope").fit(10.0 * x[:, :4], 1e6 * y)
    assert np.array_equal(model.predict(x), before)
    classifier = BacklessClassifier((8,), max_iter=3, random_state=1).fit(x, np.where(y > 0, "a", "b"))
    before = classifier.predict(x)
    with pytest.raises(Exception, match="nope"):
        classifier.set_params(rule="nope").fit(x, np.where(y > 0, "c", "d"))
    assert np.array_equal(classifier.predict(x), before)
