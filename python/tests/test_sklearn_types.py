"""The estimators give the same bits for the same numbers in any type."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6", reason="scikit-learn 1.6 or newer is not installed")

from backless.sklearn import BacklessClassifier, BacklessRegressor  # noqa: E402
from backless.sklearn.training_set import merged  # noqa: E402

# Few epochs are enough for these tests, but give a warning.
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.mark.parametrize("estimator", [BacklessClassifier, BacklessRegressor])
@pytest.mark.parametrize("scale", [True, False])
def test_the_type_of_the_numbers_does_not_change_the_bits(estimator, scale):
    """float32 holds these numbers exactly. Equal rows, negative numbers and exponents of many sizes make the
    order of the bytes differ between the types."""
    random = np.random.default_rng(3)
    x = np.round(random.normal(size=(120, 4)) * [1, 8, 64, 1 / 16], 0) + [0, 5, -7, 0]
    y = (x[:, 0] + x[:, 1] > 5).astype(int)
    hashes, scores = set(), []
    for dtype in (np.float64, np.float32, np.int64, np.int16):
        fitted = estimator((20,), max_iter=3, random_state=0, scale=scale).fit(x.astype(dtype), y)
        hashes.add(fitted.model_.hash())
        scores.append(fitted.predict(x.astype(dtype)))
    assert len(hashes) == 1 and all(np.array_equal(scores[0], other) for other in scores)


def test_rounding_to_float32_changes_the_result_by_rounding_only():
    """The order of the examples, and so the batches, are the same."""
    random = np.random.default_rng(4)
    x = random.normal(size=(300, 5)) * [1, 100, 1e4, 1e-3, 1]
    y = (x[:, 0] + x[:, 1] / 100 > 0).astype(int)
    wide, narrow = (
        BacklessClassifier((20,), max_iter=5, random_state=0).fit(x.astype(dtype), y)
        for dtype in (np.float64, np.float32)
    )
    assert np.allclose(wide.predict_proba(x), narrow.predict_proba(x), atol=1e-3)
    assert np.allclose(wide.loss_curve_, narrow.loss_curve_, rtol=1e-4)


def test_rows_that_only_float64_tells_apart_are_not_merged():
    x = np.array([[1.0, 0.0], [1.0 + 1e-12, 0.0], [2.0, 1.0], [1e300, 1.0]])
    together = merged(x, np.array([0, 0, 1, 1]), None)
    assert len(together.x) == 4 and set(map(tuple, together.x)) == set(map(tuple, x))
