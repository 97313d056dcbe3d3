# The head: regression of the standard classifier's 1000 logits, and of four styles, on what the two nets see. In one step,
# without descent: least squares with a ridge. What the logits of classes that a picture does not show have in common with it
# teaches those classes as well, which the class alone would not.
import numpy as np
from dataset import STYLES

RIDGE = .05
# Styles are four: they need far less caution.
STYLE_RIDGE = .05
# Directions of the logits that are kept: the others are noise, and bytes.
RANK = 256
FARTHEST = 6
# So much surer than the regression says: least squares errs towards the mean.
SHARPER = 1.3


def logits(p):
    """Log-probabilities less their mean."""
    z = np.log(np.maximum(p, 1e-9))
    return z - z.mean(1, keepdims=True)


def softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


class Regression:
    """Sums over all rows, so that leaving some out costs little. x: rows x features; target: rows x logits; weight: by row."""

    def __init__(self, x, target, weight):
        self.mean, self.deviation = x.mean(0), np.maximum(x.std(0), 1e-3)
        self.z = self.standard(x)
        self.target, self.weight = target, weight.astype(np.float32)
        self.all = self._sums(slice(None))

    def standard(self, x):
        return np.clip((x - self.mean) / self.deviation, -FARTHEST, FARTHEST).astype(np.float32)

    def _sums(self, at):
        z, target, weight = self.z[at], self.target[at], self.weight[at]
        weighed = z * weight[:, None]
        return weighed.T @ z, weighed.T @ target, weighed.sum(0), weight @ target, weight.sum()

    def fit(self, without, ridge):
        """Weights and offsets of all rows but some (their indices)."""
        squares, products, z, target, n = (a - b for a, b in zip(self.all, self._sums(without)))
        squares, products = squares - np.outer(z, z / n), products - np.outer(z, target / n)
        weights = np.linalg.solve(squares + ridge * n * np.eye(len(squares)), products).astype(np.float32)
        return weights, (target / n - z / n @ weights).astype(np.float32)

    def narrow(self, weights, rank):
        """The directions of the logits in which the fit differs most among rows: logits x rank."""
        spread = weights.T @ self.all[0] @ weights
        return np.linalg.eigh(spread)[1][:, ::-1][:, :rank].astype(np.float32)


def style_targets(style):
    """One for the style that a row has, and how much it counts: rare styles more, as there are thousands of photographs."""
    known = style >= 0
    target = np.where(np.arange(len(STYLES)) == style[:, None], 1, 0).astype(np.float32)
    counts = np.bincount(style[known], minlength=len(STYLES))
    return target, np.where(known, (counts.max() / counts)[style] ** .5, 0)
