# What a head is to say of each training picture: what is known of its class, and what the standard classifier sees.
import numpy as np
from dataset import UNSAID, soft_labels, truths

LEAST_PICTURES = 25
PERSON = 'Person'
# The classifier has hardly a class of people; and people stand in many pictures of other things.
PERSON_WEIGHT = .3
SOFT_WEIGHT = .7


def choose_labels(rows, graph):
    """Labels that enough pictures show."""
    labels = sorted(graph.entities)
    at = {mid: i for i, mid in enumerate(labels)}
    shown = np.zeros(len(labels))
    for mids, _ in truths(rows, graph):
        for mid in mids or ():
            shown[at[mid]] += 1
    taught = ~rows.tile & (rows.style <= 0)
    shown += (soft_labels(rows.take(taught), graph, labels) > .5).sum(0)
    return [mid for mid, count in zip(labels, shown) if count >= LEAST_PICTURES and graph.name(mid) not in UNSAID]


def make_targets(rows, graph, labels):
    """target, weight: rows x labels."""
    at = {mid: i for i, mid in enumerate(labels)}
    person = at[graph.mid[PERSON]]
    target = soft_labels(rows, graph, labels)
    weight = np.full_like(target, SOFT_WEIGHT)
    # On tiles and drawings the classifier is lost: what is not known to be there counts as absent.
    untaught = rows.tile | (rows.style > 0)
    target[untaught], weight[untaught] = 0, 1
    for row, (mids, crowd) in enumerate(truths(rows, graph)):
        if mids is None and untaught[row]:
            weight[row] = 0
        for mid in mids or ():
            if mid in at:
                target[row, at[mid]] = weight[row, at[mid]] = 1
        if target[row, person] < 1:
            target[row, person] = 0
            weight[row, person] = PERSON_WEIGHT if crowd else 1
    return target, weight
