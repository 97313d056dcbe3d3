"""Which of v4's 6,625 classes speak for which of ours: what the reader starts from."""

import unicodedata

import numpy as np

from charset import BLANK, Coder, normalise

# A letter v4 does not know starts as this share of its letter without the accent.
SHARE_OF_BASE = .05
# Wide forms of its Chinese punctuation.
WIDE = {'，': ',', '。': '.', '：': ':', '；': ';', '（': '(', '）': ')', '！': '!', '？': '?', '、': ',', '【': '[', '】': ']',
        '《': '«', '》': '»', '－': '-', '～': '~', '％': '%', '＋': '+', '＝': '=', '＆': '&', '＊': '*', '／': '/', '￥': '¥', '＂': '"',
        '丨': '|', 'Ｏ': 'O', '０': '0', '○': 'o', '∶': ':', '一': '-'}


def evidence(keys_path):
    """(classes of v4, [len(classes), our classes] float32): our start is probabilities[:, classes] @ matrix."""
    with open(keys_path, encoding='utf-8') as file:
        keys = file.read().rstrip('\n').split('\n')
    coder = Coder()
    weights = {(0, BLANK): 1.0, (len(keys) + 1, coder.class_of[' ']): 1.0}
    known = set()
    for number, key in enumerate(keys, 1):
        symbol = WIDE.get(key, normalise(key) or key)
        if symbol in coder.class_of:
            weights[number, coder.class_of[symbol]] = 1.0
            known.add(symbol)
    for symbol, ours in coder.class_of.items():
        base = unicodedata.normalize('NFD', symbol)[0]
        if symbol not in known and base != symbol and base in keys:
            weights[keys.index(base) + 1, ours] = SHARE_OF_BASE
    theirs = sorted({number for number, _ in weights})
    matrix = np.zeros((len(theirs), coder.classes), np.float32)
    for (number, ours), weight in weights.items():
        matrix[theirs.index(number), ours] = weight
    return np.array(theirs), matrix
