# The rows that are learned from: features of features.py, and what each picture is known to show.
import glob
import json
import os
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
LABELS = os.path.join(HERE, '..', 'labels')
# Features of the backbone; the largest cells of the detector's class maps stand behind them.
SEEN = 1296
CLASSES = 80
SOURCES = ['caltech', 'pacs', 'sal', 'imagenette', 'clothing', 'fruits', 'bsds', 'pets', 'trash', 'houses', 'flowers', 'mini-imagenet', 'tin', 'crops']
# Pictures of 64 to 84 pixels: blurred once enlarged.
TILES = {'tin', 'mini-imagenet'}
# Named by classes of ImageNet.
BY_WNID = {'tin', 'mini-imagenet', 'imagenette'}
# Of Caltech-101, folders in which photographs and drawings mix: they say nothing of style.
MIXED = set('BACKGROUND_Google anchor ant barrel bass beaver brain brontosaurus buddha butterfly cannon crab crayfish crocodile cup dollar_bill '
            'dragonfly emu garfield hedgehog ibis joshua_tree lobster lotus mandolin mayfly menorah metronome nautilus octopus pagoda panda pigeon '
            'pizza platypus pyramid revolver rooster saxophone scissors scorpion sea_horse snoopy starfish stegosaurus stop_sign strawberry '
            'sunflower tick trilobite umbrella wrench yin_yang windsor_chair'.split())
PHOTOGRAPHS = {'sal', 'imagenette', 'clothing', 'bsds', 'pets', 'trash', 'houses', 'flowers'}
STYLES = ['photo', 'art_painting', 'cartoon', 'sketch']


# What is true and the graph does not say, as its source does not.
IMPLIED = {
    'Car': ['Motor vehicle'], 'Motorcycle': ['Motor vehicle'], 'Bus': ['Motor vehicle'], 'Truck': ['Motor vehicle'],
    'Lobster': ['Crustacean', 'Arthropod'], 'Crab': ['Crustacean', 'Arthropod'], 'Insect': ['Arthropod'], 'Spider': ['Arachnid', 'Arthropod'],
    'Mammal': ['Vertebrate'], 'Bird': ['Vertebrate'], 'Fish': ['Vertebrate'], 'Reptile': ['Vertebrate'], 'Amphibian': ['Vertebrate'],
    'Shellfish': ['Invertebrate'], 'Flower': ['Flowering plant'], 'Watch': ['Clock', 'Timer', 'Measuring instrument'], 'Stop sign': ['Street sign', 'Sign']
}
# Right and of no use: they say less than Animal, as an answer.
UNSAID = ['Vertebrate', 'Invertebrate']


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

    def name(self, mid):
        return self.entities[mid]['name']

    def most_specific(self, mids):
        """Those that no other of them is a kind of."""
        return [mid for mid in mids if not any(mid in self.up(other) and other != mid for other in mids)]

    def narrower(self, mids, labels):
        """Which labels are kinds of the thing that mids name, and none of them: whether one holds is not known."""
        things = set(self.most_specific(mids))
        return np.array([mid not in mids and bool(things & self.up(mid)) for mid in labels])

    def sums(self, classes, labels):
        """Which class adds to which label: 0 or 1, classes x labels."""
        at = {mid: i for i, mid in enumerate(labels)}
        into = np.zeros((len(classes), len(labels)), np.float32)
        for row, mid in enumerate(classes):
            for label in self.up(mid):
                if label in at:
                    into[row, at[label]] = 1
        return into

    def labels(self):
        """All that classes of the classifier or of the detector are."""
        return sorted(set().union(*(self.up(mid) for mid in [*self.imagenet, *self.coco])) - {self.mid[name] for name in UNSAID})


class Rows:
    """
    x: the backbone's features and the log-odds of the detector's maxima; soft: the classifier's 1000 probabilities; source,
    name, group, style by row. Of a crop, source and name are those of its picture.
    """

    def __init__(self, folder, sources):
        x, soft, source_of, names, crop = [], [], [], [], []
        for source in sources:
            for file in sorted(glob.glob(os.path.join(folder, f'{source}-[0-9]*.json'))):
                facts = json.load(open(file))
                rows = len(facts['names'])
                x.append(np.fromfile(file[:-5] + '.f32', np.float32).reshape(rows, facts['width']))
                soft.append(np.fromfile(file[:-5] + '.soft.f32', np.float32).reshape(rows, 1000))
                of_crop = [name.partition('/')[::2] for name in facts['names']] if source == 'crops' else [(source, name) for name in facts['names']]
                source_of += [of for of, _ in of_crop]
                names += [name for _, name in of_crop]
                crop += [source == 'crops'] * rows
        self.x = np.concatenate(x)
        maxima = np.clip(self.x[:, SEEN:], 1e-3, 1 - 1e-3)
        self.x[:, SEEN:] = np.log(maxima / (1 - maxima))
        self.soft = np.concatenate(soft)
        self.name, self.source, self.crop = np.array(names), np.array(source_of), np.array(crop)
        self.tile = np.isin(self.source, list(TILES))
        self.group = np.array([self._group(s, n) for s, n in zip(source_of, names)])
        self.style = np.array([self._style(s, n) for s, n in zip(source_of, names)])

    def take(self, at):
        part = object.__new__(Rows)
        for name, value in vars(self).items():
            setattr(part, name, value[at])
        return part

    @staticmethod
    def _group(source, name):
        """What a picture is of, whatever its style and source."""
        parts = name.split('/')
        if source == 'pacs':
            return f'photo/{parts[1]}'
        return parts[0] if source == 'caltech' or source in BY_WNID else f'{source}/{parts[0]}' if len(parts) > 1 else source

    @staticmethod
    def _style(source, name):
        parts = name.split('/')
        if source == 'pacs':
            return STYLES.index(parts[0])
        return 0 if source in PHOTOGRAPHS or (source == 'caltech' and parts[0] not in MIXED) else -1


def truths(rows, graph):
    """Mids that are known to hold for each row (None where nothing is known), and whether people may be in it besides."""
    folders = json.load(open(os.path.join(HERE, 'folders.json')))
    animal = graph.mid['Animal']

    def all_of(mids):
        return mids.union(*(graph.up(graph.mid[name]) for mid in mids for name in IMPLIED.get(graph.name(mid), ())))

    def truth(source, group):
        if source in BY_WNID:
            mids = graph.up(graph.wnid[group])
            return all_of(mids), animal not in mids
        text = folders.get(group)
        if text is None:
            return None, True
        return all_of(set().union(*(graph.up(graph.mid[name]) for name in text.rstrip('*').split('|') if name in graph.mid))), text.endswith('*')

    known = {key: truth(*key) for key in set(zip(rows.source, rows.group))}
    return [known[key] for key in zip(rows.source, rows.group)]


def soft_labels(rows, graph, labels):
    """The classifier's probabilities summed up the graph, one column a label."""
    return np.minimum(rows.soft @ graph.sums(graph.imagenet, labels), 1)
