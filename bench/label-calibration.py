# What the scores of a detector's classes mean as labels: fits labelCalibration of models/manifest.json.
#
#   node bench/label-scores.mjs CALTECH/101_ObjectCategories PACS/photo > scores.json
#   python bench/label-calibration.py scores.json      (numpy; prints the row's part as JSON, and the calibration error)
#
# Every folder of pictures has the same weight. A picture shows its folder's class and all that is a kind of; people may
# stand in many others, so pictures marked * are no evidence against Person.
import collections
import json
import os
import sys
import numpy as np

HERE = os.path.join(os.path.dirname(__file__), '..', 'models', 'labels')
GRAPH = json.load(open(os.path.join(HERE, 'graph.json')))
CLASSES = [row['mid'] for row in json.load(open(os.path.join(HERE, 'coco80.json')))]
MIDS = {entity['name']: mid for mid, entity in GRAPH.items()}
PERSON = MIDS['Person']
FOLDERS = json.load(open(os.path.join(os.path.dirname(__file__), 'label-calibration-folders.json')))
RAW = np.array([0, .05, .1, .15, .2, .25, .3, .35, .4, .45, .5, .6, .7, .8, 1])
LEAST_PICTURES = 12
RIDGE = 1e-2


def ancestors(mid):
    return {x for parent in GRAPH[mid]['parents'] for x in {parent} | ancestors(parent)}


def truth(folder):
    text = FOLDERS[folder]
    mids = [MIDS[name] for name in text.rstrip('*').split('|') if name]
    return {x for mid in mids for x in {mid} | ancestors(mid)}, text.endswith('*')


LABELS = sorted({x for mid in CLASSES for x in {mid} | ancestors(mid)})
KINDS = {label: [i for i, mid in enumerate(CLASSES) if mid == label or label in ancestors(mid)] for label in LABELS}


def log_odds(p):
    p = np.clip(p, 1e-4, 1 - 1e-4)
    return np.log(p / (1 - p))


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# Platt scaling with his smoothed targets, a weak pull towards no change, and Newton's method with halved steps.
def logistic(x, y, w):
    X = np.c_[x, np.ones(len(x))]
    b = np.array([1., 0.])
    positive = (w * y).sum()
    negative = w.sum() - positive
    target = np.where(y > 0, (positive + 1) / (positive + 2), 1 / (negative + 2))

    def loss(b):
        z = X @ b
        return (w * (np.logaddexp(0, z) - target * z)).sum() + RIDGE / 2 * ((b - [1, 0]) ** 2).sum()
    for _ in range(60):
        q = sigmoid(X @ b)
        gradient = X.T @ (w * (q - target)) + RIDGE * (b - [1, 0])
        step = np.linalg.solve((X * (w * q * (1 - q))[:, None]).T @ X + (RIDGE + 1e-6) * np.eye(2), gradient)
        size = 1.
        while loss(b - size * step) > loss(b) and size > 1e-6:
            size /= 2
        b = b - size * step
    return b


def evidence(maxima, curve):
    raw = np.zeros(len(CLASSES))
    for index, score in maxima.items():
        raw[int(index)] = score
    p = np.interp(raw, RAW, curve)
    return p, {label: 1 - np.prod(1 - p[KINDS[label]]) for label in LABELS}


def fit(rows):
    counts = collections.Counter(row['folder'] for row in rows)
    w = np.array([1 / counts[row['folder']] for row in rows])
    w /= w.mean()
    truths = [truth(row['folder']) for row in rows]
    pairs = [(score, CLASSES[int(i)] in shown, weight) for row, (shown, _), weight in zip(rows, truths, w)
             for i, score in row['maxima'].items() if CLASSES[int(i)] != PERSON]
    x, y, pw = (np.array(column, float) for column in zip(*pairs))
    slope, offset = logistic(log_odds(x), y, pw)
    curve = sigmoid(slope * log_odds(np.clip(RAW, 1e-3, .999)) + offset)
    curve[0], curve[-1] = 0, 1
    found = [evidence(row['maxima'], curve)[1] for row in rows]
    curves = {}
    for label in LABELS:
        use = [i for i, (shown, crowd) in enumerate(truths) if label != PERSON or label in shown or not crowd]
        y = np.array([label in truths[i][0] for i in use], float)
        if y.sum() >= LEAST_PICTURES:
            curves[label] = logistic(log_odds(np.array([found[i][label] for i in use])), y, w[use])
    return curve, curves


def scores(row, curve, curves):
    p, found = evidence(row['maxima'], curve)
    s = {label: sigmoid(curves[label][0] * log_odds(found[label]) + curves[label][1]) if label in curves else p[KINDS[label]].max() for label in LABELS}
    for label in LABELS:
        for parent in ancestors(label):
            s[parent] = max(s[parent], s[label])
    return s


rows = json.load(open(sys.argv[1]))
said, right = [], []
for fold in range(5):
    model = fit([row for i, row in enumerate(rows) if i % 5 != fold])
    for row in rows[fold::5]:
        shown, crowd = truth(row['folder'])
        for label, p in scores(row, *model).items():
            if p >= .05 and not (label == PERSON and crowd and label not in shown):
                said.append(p)
                right.append(label in shown)
said, right = np.array(said), np.array(right, float)
bins = np.minimum(9, (said * 10).astype(int))
error = sum((bins == b).mean() * abs(said[bins == b].mean() - right[bins == b].mean()) for b in set(bins))
curve, curves = fit(rows)
print(json.dumps({'raw': RAW.tolist(), 'probability': [round(float(p), 4) for p in curve],
                  'curves': {label: {'slope': round(float(a), 3), 'offset': round(float(b), 3)} for label, (a, b) in curves.items()}}, indent=1))
print(f'{len(rows)} pictures, expected calibration error {error:.3f} (five folds)', file=sys.stderr)
