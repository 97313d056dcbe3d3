# What a head is to say of each training picture: what is known of its class, and what the standard classifier sees.
import numpy as np
from dataset import soft_labels, truths

LEAST_PICTURES = 25
PERSON = 'Person'
# The classifier has hardly a class of people; and people stand in many pictures of other things.
PERSON_WEIGHT = .3
SOFT_WEIGHT = .7


def choose_labels(rows, graph, folders):
    """Labels that enough pictures show."""
    labels = sorted(graph.entities)
    found = truths(rows, graph, folders)
    known = np.zeros(len(labels))
    at = {mid: i for i, mid in enumerate(labels)}
    for mids, _ in found:
        for mid in mids or ():
            known[at[mid]] += 1
    photos = (rows.source != 'tin') & (rows.style <= 0)
    known += (soft_labels(rows, graph, labels)[photos] > .5).sum(0)
    return [mid for mid, count in zip(labels, known) if count >= LEAST_PICTURES]


def make_targets(rows, graph, folders, labels):
    """target, weight: rows x labels."""
    at = {mid: i for i, mid in enumerate(labels)}
    below = {mid: [i for other, i in at.items() if mid in graph.up(other) and mid != other] for mid in at}
    soft = soft_labels(rows, graph, labels)
    target = np.zeros_like(soft)
    weight = np.ones_like(soft)
    person = at.get(graph.mid[PERSON])
    for row, (mids, crowd) in enumerate(truths(rows, graph, folders)):
        source, photo = rows.source[row], rows.style[row] <= 0
        if not mids:
            target[row] = soft[row]
            weight[row] = SOFT_WEIGHT
        elif source != 'tin' and photo:
            # What is more specific than the truth, the classifier says.
            for mid in mids:
                for i in below.get(mid, ()):
                    target[row, i] = soft[row, i]
                    weight[row, i] = SOFT_WEIGHT
        for mid in mids or ():
            if mid in at:
                target[row, at[mid]] = weight[row, at[mid]] = 1
        if person is not None and crowd and target[row, person] < 1:
            weight[row, person] = PERSON_WEIGHT
    return target, weight
