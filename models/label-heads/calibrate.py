# From what the head and the detector say to probabilities that hold on pictures, and of things, not trained on.
import zlib
import numpy as np
from scipy.optimize import minimize

FOLDS, OF = 4, 8
# How much of what people photograph is of no class that was trained on.
UNSEEN_SHARE = .7
# Tiles are blurred; photographs say more about photographs.
TILE_WEIGHT = .5
# The classifier's word for something beside the truth: neither right nor wrong, as the truth names one thing only.
SEEN_BESIDE = .3
SUREST = 1e-4
# Below it a label is no candidate, and there are a thousand of those.
LEAST_ODDS = -5
# A class of the detector holds too where its largest cell says so alone: small things in a scene leave no trace in pooled
# features, and of most training pictures nobody knows what stands beside the thing.
SURE_FROM = .7
# People stand in pictures of everything: beside other labels they have to be in plain sight, alone they need not.
PEOPLE_BESIDE, PEOPLE_ALONE = .75, .4
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
        """Log-odds of each label; those without a class are as unlikely as can be."""
        absent = np.log1p(-np.minimum(sigmoid(odds * self.curve[:, 0] + self.curve[:, 1]), 1 - SUREST))
        return np.where(self.covers, log_odds(1 - np.exp(absent @ self.sums)), log_odds(0)).astype(np.float32)

    def raise_sure(self, label_odds, odds):
        """Log-odds of labels, those of the classes at least what their largest cells say alone; of people nothing else."""
        raised = label_odds.copy()
        raised[:, self.places] = np.maximum(raised[:, self.places], SURE_SLOPE * (odds - log_odds(SURE_FROM)))
        raised[:, self.person_place] = -np.inf
        beside = raised.max(1) > 0
        raised[:, self.person_place] = SURE_SLOPE * (odds[:, self.person] - log_odds(np.where(beside, PEOPLE_BESIDE, PEOPLE_ALONE)))
        return raised


class Judge:
    """
    Held-out rows with what is true of them. known: where the truth is known, which it is not of kinds of the thing that is
    named; weight: every class the same.
    """

    def __init__(self, rows, unseen, found, soft, labels, graph):
        self.unseen, self.labels = unseen, labels
        at = {mid: i for i, mid in enumerate(labels)}
        self.right = np.zeros(soft.shape, bool)
        for row, (mids, _) in enumerate(found):
            self.right[row, [at[mid] for mid in mids if mid in at]] = True
        self.known = np.where(rows.tile[:, None], True, (soft < SEEN_BESIDE) | self.right)
        self.known[np.array([crowd for _, crowd in found]), at[graph.mid['Person']]] = False
        kinds = {}
        for row, (mids, _) in enumerate(found):
            key = frozenset(mids)
            if key not in kinds:
                kinds[key] = graph.narrower(key, labels)
            self.known[row, kinds[key]] = False
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
        return right.sum(0) / np.maximum(shown.sum(0), 1e-9), (shown > 0).sum(0)

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


class Curves:
    """
    How much the head's word and the detector's are worth, for all labels alike: of the head, a slope and an offset for labels
    with others under them, and for those without; of the detector, a slope and an offset. A label holds where one of the two
    is right, as if they erred apart: 1 - (1 - p) (1 - q).
    """

    def __init__(self, leaf, numbers=(1, 0, 1, 0, 1, 0)):
        self.leaf, self.numbers = leaf, np.array(numbers, float)

    def parts(self, z, evidence):
        a, b, c, d, e, f = self.numbers
        return z * np.where(self.leaf, c, a) + np.where(self.leaf, d, b), evidence * e + f

    def odds(self, z, evidence):
        u, v = self.parts(z, evidence)
        absent = np.logaddexp(0, u) + np.logaddexp(0, v)
        return log_odds(-np.expm1(-absent))

    def fit(self, z, evidence, right, known, weight, without):
        """By likelihood. known: where the truth is; weight: by row; without: a label that is left out."""
        use = known & ((z > LEAST_ODDS) | (evidence > LEAST_ODDS))
        use[:, without] = False
        row, label = np.nonzero(use)
        z, evidence, y, w, leaf = z[use], evidence[use], right[use], weight[row] / weight[row].sum(), self.leaf[label]

        def loss(numbers):
            a, b, c, d, e, f = numbers
            u, v = z * np.where(leaf, c, a) + np.where(leaf, d, b), evidence * e + f
            absent = np.logaddexp(0, u) + np.logaddexp(0, v)
            present = np.maximum(-np.expm1(-absent), 1e-9)
            pull = w * np.where(y, np.exp(-absent) / present, -1)
            du, dv = pull * sigmoid(u), pull * sigmoid(v)
            gradient = [(du * ~leaf * z).sum(), (du * ~leaf).sum(), (du * leaf * z).sum(), (du * leaf).sum(), (dv * evidence).sum(), dv.sum()]
            return -(w * np.where(y, np.log(present), -absent)).sum(), -np.array(gradient)

        self.numbers = minimize(loss, self.numbers, jac=True, method='L-BFGS-B').x
        return self
