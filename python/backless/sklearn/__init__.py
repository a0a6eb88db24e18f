"""Estimators that behave as scikit-learn's: BacklessClassifier and BacklessRegressor.

from backless.sklearn import BacklessClassifier
model = BacklessClassifier((200, 200), rule="dfa").fit(x_train, y_train)
model.score(x_test, y_test)
"""

try:
    from sklearn.utils.validation import validate_data as _needed  # noqa: F401
except ImportError as error:
    raise ImportError(
        "backless.sklearn needs scikit-learn 1.6 or newer: pip install 'backless[sklearn]'"
    ) from error

from .classifier import BacklessClassifier
from .regressor import BacklessRegressor

__all__ = ["BacklessClassifier", "BacklessRegressor"]
