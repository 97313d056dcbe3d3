"""The field's scores of an interest map, as ../shared's evaluation pictures define them."""
import numpy as np


def nss(interest, counts):
    """Mean of the standardised map over the fixations; counts [height, width] says how many fell where."""
    standard = (interest - interest.mean()) / (interest.std() + 1e-12)
    return float((standard * counts).sum() / counts.sum())


def auc_judd(interest, counts):
    """Area under the ROC curve: fixated pixels against all pixels; ties count half."""
    order = np.sort(interest.ravel())
    at = interest[counts > 0]
    below, upto = np.searchsorted(order, at, 'left'), np.searchsorted(order, at, 'right')
    n, positives = order.size, at.size
    # Negatives are the pixels that are not fixated.
    wins = (below + upto).sum() / 2 - (positives ** 2) / 2
    return float(wins / (positives * (n - positives)))


def cc(interest, truth):
    a, b = interest - interest.mean(), truth - truth.mean()
    return float((a * b).sum() / np.sqrt((a ** 2).sum() * (b ** 2).sum() + 1e-24))


def kl(interest, truth):
    p, q = truth / truth.sum(), interest / interest.sum()
    return float((p * np.log(1e-12 + p / (q + 1e-12))).sum())
