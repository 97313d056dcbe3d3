# From logits to probabilities that hold on pictures, and of things, that were not trained on.
import zlib
import numpy as np

FOLDS, OF = 4, 8
LEAST_SHOWN = 12
LEAST_PRECISION = .8
WANTED_PRECISION = .9
# What is right on held-out pictures is less often right on pictures of other sources.
MARGIN = .8
# Tiles of Tiny ImageNet are blurred; photographs say more about photographs.
TILE_WEIGHT = .5


def held_out(rows, fold):
    """In each fold whole classes, whose pictures show what the head never saw, and some pictures of the others."""
    by = lambda text: zlib.crc32(text.encode()) % OF
    classes = np.array([by(g) == fold and s != 'sal' for g, s in zip(rows.group, rows.source)])
    pictures = np.array([by('x' + n) == fold for n in rows.name])
    return classes, pictures | classes


def logistic(x, y, w, ridge=.05):
    """Slope and offset; Newton's method with a weak pull to no change and Platt's smoothed targets."""
    X = np.c_[x, np.ones(len(x))]
    b = np.array([1., 0.])
    positive, negative = (w * y).sum(), (w * (1 - y)).sum()
    target = np.where(y > 0, (positive + 1) / (positive + 2), 1 / (negative + 2))
    loss = lambda b: (w * (np.logaddexp(0, X @ b) - target * (X @ b))).sum() + ridge / 2 * ((b - [1, 0]) ** 2).sum()
    for _ in range(50):
        q = 1 / (1 + np.exp(-np.clip(X @ b, -40, 40)))
        step = np.linalg.solve((X * (w * q * (1 - q))[:, None]).T @ X + (ridge + 1e-6) * np.eye(2), X.T @ (w * (q - target)) + ridge * (b - [1, 0]))
        size = 1.
        while loss(b - size * step) > loss(b) and size > 1e-4:
            size /= 2
        b = b - size * step
    return max(b[0], .2), b[1]


def sigmoid(z):
    return 1 / (1 + np.exp(-np.clip(z, -40, 40)))


class Judge:
    """Held-out logits with what is true of them. known: where the truth is known; weight: every class the same."""

    def __init__(self, rows, logits, unseen, found, soft, labels):
        self.z, self.unseen, self.labels = logits, unseen, labels
        at = {mid: i for i, mid in enumerate(labels)}
        self.right = np.zeros(logits.shape)
        self.known = np.ones(logits.shape)
        for row, (mids, _) in enumerate(found):
            for mid in mids:
                if mid in at:
                    self.right[row, at[mid]] = 1
        # What the classifier sees beside the truth is neither right nor wrong: the truth names one thing only.
        photos = rows.source != 'tin'
        self.known[photos] = np.where((soft[photos] > .3) & (self.right[photos] == 0), 0, 1)
        names, inverse, counts = np.unique(rows.group, return_inverse=True, return_counts=True)
        self.weight = (1 / counts[inverse]) * np.where(rows.source == 'tin', TILE_WEIGHT, 1)
        self.weight *= len(rows.group) / self.weight.sum()

    def fit(self):
        return np.array([logistic(self.z[:, i], self.right[:, i], self.weight * self.known[:, i]) for i in range(len(self.labels))])

    def shown(self, p, least=.5):
        w = self.weight[:, None] * self.known * (p >= least)
        return w, (w * self.right)

    def precision(self, p, least=.5):
        shown, right = self.shown(p, least)
        return right.sum() / max(shown.sum(), 1e-9), shown.sum(1).astype(bool).mean(), shown.sum() / self.weight.sum()

    def by_label(self, p, least=.5):
        shown, right = self.shown(p, least)
        return right.sum(0) / np.maximum(shown.sum(0), 1e-9), (p >= least).sum(0)

    def choose(self, curves):
        """Indices of the labels that are right often enough at .5, and how much rarer all of them have to become."""
        precision, count = self.by_label(sigmoid(self.z * curves[:, 0] + curves[:, 1]))
        shown = np.flatnonzero((count >= LEAST_SHOWN) & (precision >= LEAST_PRECISION))
        part = self.only(shown)
        for shift in np.arange(0, 3, .1):
            if part.precision(sigmoid(part.z * curves[shown, 0] + curves[shown, 1] - shift))[0] >= WANTED_PRECISION:
                break
        return shown, float(shift)

    def only(self, labels):
        """The same of some of the labels."""
        part = Judge.__new__(Judge)
        vars(part).update(vars(self))
        part.right, part.known, part.z = self.right[:, labels], self.known[:, labels], self.z[:, labels]
        part.labels = [self.labels[i] for i in labels]
        return part

    def error(self, p):
        """Expected calibration error over what is said with at least .05."""
        said = (p >= .05) & (self.known > 0)
        w = (self.weight[:, None] * self.known)[said]
        q, y = p[said], self.right[said]
        bins = np.minimum(9, (q * 10).astype(int))
        return sum(w[bins == b].sum() * abs(np.average(q[bins == b], weights=w[bins == b]) - np.average(y[bins == b], weights=w[bins == b]))
                   for b in set(bins)) / w.sum()

    def sure_and_wrong(self, p, least=.8):
        """Of pictures of classes that were not trained on, the share with a wrong label of at least so much."""
        wrong = ((p >= least) & (self.right == 0) & (self.known > 0)).any(1)
        return np.average(wrong[self.unseen], weights=self.weight[self.unseen])
