# What a head is to say of each training picture: what is known of its class, and what the standard classifier sees.
import numpy as np
from dataset import UNSAID, soft_labels, truths

LEAST_PICTURES = 25
PERSON = 'Person'
# The classifier has hardly a class of people; and people stand in many pictures of other things.
PERSON_WEIGHT = .3
# What is known of a photograph's class has this share in its targets, what the classifier sees the rest: told the class alone,
# the head learns the pictures by heart and is sure of itself on others (a wrong label of .8 on .19 of them, instead of .04).
KNOWN_SHARE = .15
# Of tiles and drawings the class alone is known.
UNTAUGHT_SURENESS, UNTAUGHT_WEIGHT = .7, .3


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
    weight = np.ones_like(target)
    # On tiles and drawings the classifier is lost: what is not known to be there counts as absent.
    untaught = rows.tile | (rows.style > 0)
    for row, (mids, crowd) in enumerate(truths(rows, graph)):
        shown = np.zeros(len(labels), np.float32)
        shown[[at[mid] for mid in mids or () if mid in at]] = 1
        if untaught[row]:
            target[row], weight[row] = UNTAUGHT_SURENESS * shown, 0 if mids is None else UNTAUGHT_WEIGHT
        elif mids is not None:
            target[row] += KNOWN_SHARE * (shown - target[row])
        if mids is not None or not untaught[row]:
            target[row, person] = shown[person]
            weight[row, person] = PERSON_WEIGHT if crowd and not shown[person] else 1
    return target, weight
