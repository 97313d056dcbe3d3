# The training rows: features of features.mjs, and what each picture is known to show.
import glob
import json
import os
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
LABELS = os.path.join(HERE, '..', 'labels')
POOLED = 2208
CLASSES = 80
# Of Caltech-101, folders in which photographs and drawings mix: they say nothing of style.
MIXED = set('BACKGROUND_Google anchor ant barrel bass beaver brain brontosaurus buddha butterfly cannon crab crayfish crocodile cup dollar_bill '
            'dragonfly emu garfield hedgehog ibis joshua_tree lobster lotus mandolin mayfly menorah metronome nautilus octopus pagoda panda pigeon '
            'pizza platypus pyramid revolver rooster saxophone scissors scorpion sea_horse snoopy starfish stegosaurus stop_sign strawberry '
            'sunflower tick trilobite umbrella wrench yin_yang windsor_chair'.split())
STYLES = ['photo', 'art_painting', 'cartoon', 'sketch']


class Graph:
    def __init__(self):
        read = lambda name: json.load(open(os.path.join(LABELS, name)))
        self.entities = read('graph.json')
        self.mid = {entity['name']: mid for mid, entity in self.entities.items()}
        self.imagenet = [row['mid'] for row in read('imagenet1k.json')]
        self.wnid = {row['wnid']: row['mid'] for row in read('imagenet1k.json')}
        self.coco = [row['mid'] for row in read('coco80.json')]
        self.cache = {}

    def up(self, mid):
        """A label and all that it is a kind of."""
        if mid not in self.cache:
            self.cache[mid] = {mid}.union(*(self.up(parent) for parent in self.entities[mid]['parents']))
        return self.cache[mid]


class Rows:
    """x: pooled features and the log-odds of the detector's maxima; soft: 1000 probabilities; source, name, group, style by row."""

    def __init__(self, folder, sources):
        x, soft, self.source, self.name = [], [], [], []
        for source in sources:
            for file in sorted(glob.glob(os.path.join(folder, f'{source}-[0-9]*.json'))):
                facts = json.load(open(file))
                rows = len(facts['names'])
                x.append(np.fromfile(file[:-5] + '.f32', np.float32).reshape(rows, facts['width']))
                soft.append(np.fromfile(file[:-5] + '.soft.f32', np.float32).reshape(rows, 1000))
                self.name += facts['names']
                self.source += [source] * rows
        self.x = np.concatenate(x)
        maxima = np.clip(self.x[:, POOLED:], 1e-3, 1 - 1e-3)
        self.x[:, POOLED:] = np.log(maxima / (1 - maxima))
        self.soft = np.concatenate(soft)
        self.source = np.array(self.source)
        self.group = np.array([self._group(s, n) for s, n in zip(self.source, self.name)])
        self.style = np.array([self._style(s, n) for s, n in zip(self.source, self.name)])

    @staticmethod
    def _group(source, name):
        """What a picture is of: its class, whatever the style."""
        parts = name.split('/')
        return parts[1] if source == 'pacs' else parts[0] if source in ('caltech', 'tin') else source

    @staticmethod
    def _style(source, name):
        parts = name.split('/')
        if source == 'pacs':
            return STYLES.index(parts[0])
        return 0 if source == 'sal' or (source == 'caltech' and parts[0] not in MIXED) else -1


def truths(rows, graph, folders):
    """Mids that are known to hold for each row (None where nothing is known), and whether people may be in it besides."""
    found = []
    for source, group in zip(rows.source, rows.group):
        if source == 'tin':
            found.append((graph.up(graph.wnid[group]), False))
        elif source in ('caltech', 'pacs') and (folders.get(group if source == 'caltech' else f'photo/{group}')) is not None:
            text = folders[group if source == 'caltech' else f'photo/{group}']
            mids = set().union(*(graph.up(graph.mid[name]) for name in text.rstrip('*').split('|') if name in graph.mid))
            found.append((mids, text.endswith('*')))
        else:
            found.append((None, True))
    return found


def soft_labels(rows, graph, labels):
    """The classifier's probabilities summed up the graph, one column a label."""
    at = {mid: i for i, mid in enumerate(labels)}
    into = np.zeros((1000, len(labels)), np.float32)
    for row, mid in enumerate(graph.imagenet):
        for label in graph.up(mid):
            if label in at:
                into[row, at[label]] = 1
    return np.minimum(rows.soft @ into, 1)
