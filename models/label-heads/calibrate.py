# From logits of the head and signs of the detector to probabilities that hold on pictures, and of things, not trained on.
import zlib
import numpy as np

FOLDS, OF = 4, 8
LEAST_SHOWN = 8
LEAST_PRECISION = .8
WANTED_PRECISION = .9
# How much of what people photograph is of no class that was trained on.
UNSEEN_SHARE = .7
# Tiles are blurred; photographs say more about photographs.
TILE_WEIGHT = .5
# The classifier's word for something beside the truth: neither right nor wrong, as the truth names one thing only.
SEEN_BESIDE = .3
SUREST = 1e-4
# A class of the detector holds too where its largest cell says so alone: small things in a scene leave no trace in pooled
# features, and of most training pictures nobody knows what stands beside the thing.
SURE_FROM = .62
# People stand in pictures of everything: beside other labels they have to be in plain sight, alone they need not.
PEOPLE_BESIDE, PEOPLE_ALONE = .7, .4
SURE_SLOPE = 2


def sigmoid(z):
    return 1 / (1 + np.exp(-np.clip(z, -40, 40)))


def log_odds(p):
    p = np.clip(p, SUREST, 1 - SUREST)
    return np.log(p / (1 - p))


def held_out(rows, things, fold):
    """In each fold whole classes, whose pictures show what the head never saw, and some pictures of the others."""
    by = lambda text: zlib.crc32(text.encode()) % OF
    classes = np.array([thing is not None and by(thing) == fold for thing in things])
    pictures = np.array([by('x' + name) == fold for name in rows.name])
    return classes, pictures | classes


def logistic(X, y, w, towards, ridge=.05):
    """Coefficients of the columns and an offset; Newton's method, a weak pull `towards` given ones, Platt's smoothed targets."""
    X = np.c_[X, np.ones(len(X))]
    b = towards = np.array(towards, float)
    positive, negative = (w * y).sum(), (w * (1 - y)).sum()
    target = np.where(y > 0, (positive + 1) / (positive + 2), 1 / (negative + 2))
    loss = lambda b: (w * (np.logaddexp(0, X @ b) - target * (X @ b))).sum() + ridge / 2 * ((b - towards) ** 2).sum()
    for _ in range(50):
        q = sigmoid(X @ b)
        step = np.linalg.solve((X * (w * q * (1 - q))[:, None]).T @ X + (ridge + 1e-6) * np.eye(X.shape[1]), X.T @ (w * (q - target)) + ridge * (b - towards))
        size = 1.
        while loss(b - size * step) > loss(b) and size > 1e-4:
            size /= 2
        b = b - size * step
        if np.abs(size * step).max() < 1e-5:
            break
    return b


class Detector:
    """What the detector's classes say of labels: that at least one class under a label holds, as if they were independent."""

    def __init__(self, graph, labels):
        self.sums = graph.sums(graph.coco, labels)
        self.covers = self.sums.any(0)
        self.person = graph.coco.index(graph.mid['Person'])
        self.places = [labels.index(mid) for mid in graph.coco]
        self.person_place = self.places[self.person]

    def fit(self, odds, found, graph, weight):
        """One curve for all classes, and one for people, whom many pictures show in passing."""
        truth = np.array([[mid in (mids or ()) for mid in graph.coco] for mids, _ in found])
        known = np.array([mids is not None for mids, _ in found])
        crowd = np.array([crowd for _, crowd in found])
        others = np.arange(odds.shape[1]) != self.person
        far = odds > -4
        curve = lambda use: logistic(odds[use][:, None], truth[use], np.broadcast_to(weight[:, None], odds.shape)[use], [1, 0])
        self.curve = np.tile(curve(known[:, None] & far & others), (odds.shape[1], 1))
        self.curve[self.person] = curve((known & ~(crowd & ~truth[:, self.person]))[:, None] & far & ~others)
        return self

    def evidence(self, odds):
        """Log-odds of each label; of those without a class, noughts."""
        absent = np.log1p(-np.minimum(sigmoid(odds * self.curve[:, 0] + self.curve[:, 1]), 1 - SUREST))
        return np.where(self.covers, log_odds(1 - np.exp(absent @ self.sums)), 0).astype(np.float32)

    def raise_sure(self, label_odds, odds):
        """Log-odds of labels, those of the classes at least what their largest cells say alone; of people nothing else."""
        raised = label_odds.copy()
        raised[:, self.places] = np.maximum(raised[:, self.places], SURE_SLOPE * (odds - log_odds(SURE_FROM)))
        raised[:, self.person_place] = -np.inf
        beside = raised.max(1) > 0
        raised[:, self.person_place] = SURE_SLOPE * (odds[:, self.person] - log_odds(np.where(beside, PEOPLE_BESIDE, PEOPLE_ALONE)))
        return raised


class Judge:
    """Held-out rows with what is true of them. known: where the truth is known; weight: every class the same."""

    def __init__(self, rows, unseen, found, soft, labels, person):
        self.unseen, self.labels = unseen, labels
        at = {mid: i for i, mid in enumerate(labels)}
        self.right = np.zeros(soft.shape, bool)
        for row, (mids, _) in enumerate(found):
            self.right[row, [at[mid] for mid in mids if mid in at]] = True
        self.known = np.where(rows.tile[:, None], True, (soft < SEEN_BESIDE) | self.right)
        self.known[np.array([crowd for _, crowd in found]), at[person]] = False
        self.known |= self.right
        _, inverse, counts = np.unique(rows.group, return_inverse=True, return_counts=True)
        self.weight = (1 / counts[inverse]) * np.where(rows.tile, TILE_WEIGHT, 1)
        for part, share in ((unseen, UNSEEN_SHARE), (~unseen, 1 - UNSEEN_SHARE)):
            self.weight[part] *= share * len(unseen) / self.weight[part].sum()

    def shown(self, p, least=.5):
        w = self.weight[:, None] * (self.known & (p >= least))
        return w, w * self.right

    def figures(self, p, least=.5):
        """Precision, share of pictures with a label, labels a picture, share of pictures with a right label."""
        shown, right = self.shown(p, least)
        share = lambda w: np.average(w.any(1), weights=self.weight)
        return {'precision': right.sum() / max(shown.sum(), 1e-9), 'picturesWithLabel': share(shown > 0), 'labelsPerPicture': shown.sum() / self.weight.sum(),
                'picturesWithRightLabel': share(right > 0)}

    def by_label(self, p, least=.5):
        shown, right = self.shown(p, least)
        return right.sum(0) / np.maximum(shown.sum(0), 1e-9), (p >= least).sum(0)

    def error(self, p):
        """Expected calibration error over what is said with at least .05."""
        said = (p >= .05) & self.known
        w = (self.weight[:, None] * self.known)[said]
        q, y = p[said], self.right[said]
        bins = np.minimum(9, (q * 10).astype(int))
        return sum(w[bins == b].sum() * abs(np.average(q[bins == b], weights=w[bins == b]) - np.average(y[bins == b], weights=w[bins == b]))
                   for b in set(bins)) / w.sum()

    def sure_and_wrong(self, p, least=.8):
        """Of pictures of classes that were not trained on, the share with a wrong label of at least so much."""
        wrong = ((p >= least) & ~self.right & self.known).any(1)
        return np.average(wrong[self.unseen], weights=self.weight[self.unseen])


def fit_labels(judge, z, evidence, covers):
    """For each label the weights of the head's logit and of the detector's evidence, and an offset; no weight is negative."""
    curves = np.zeros((z.shape[1], 3))
    for i in range(z.shape[1]):
        use = judge.known[:, i]
        y, w = judge.right[use, i].astype(float), judge.weight[use]
        columns = [z[use, i], evidence[use, i]]
        if covers[i]:
            a, b, c = logistic(np.c_[columns[0], columns[1]], y, w, [.7, .3, 0])
        if not covers[i] or a < 0 or b < 0:
            only = 1 if covers[i] and a < 0 else 0
            slope, c = logistic(columns[only][:, None], y, w, [1, 0])
            a, b = (0, max(slope, .1)) if only else (max(slope, .1), 0)
        curves[i] = a, b, c
    return curves


def make_rarer(judge, p_odds, wanted):
    """What to take off each label's log-odds so that what is left at .5 is right often enough; NaN where nothing helps."""
    shifts = np.full(p_odds.shape[1], np.nan)
    for i in range(p_odds.shape[1]):
        use = judge.known[:, i]
        order = np.argsort(-p_odds[use, i])
        odds, w, right = p_odds[use, i][order], judge.weight[use][order], judge.right[use, i][order]
        shown, hits, count = np.cumsum(w), np.cumsum(w * right), np.arange(1, len(w) + 1)
        # Two pictures' worth of doubt, so that a few lucky ones do not decide.
        precision = (hits + 2 * LEAST_PRECISION) / (shown + 2)
        said = odds > 0
        fits = np.flatnonzero((precision >= wanted) & (count >= LEAST_SHOWN) & said)
        if len(fits):
            last = fits[-1]
            shifts[i] = 0 if last == said.sum() - 1 else max(0, odds[last + 1])
    return shifts
