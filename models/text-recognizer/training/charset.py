"""The symbols the recogniser can write, and the spelling its truth is brought to before training and scoring.

Class 0 is the CTC blank; class i is line i of ../charset.txt (counted from 1), one symbol a line, the space among them.
"""

import pathlib
import unicodedata

CHARSET_FILE = pathlib.Path(__file__).resolve().parent.parent / 'charset.txt'
BLANK = 0

DIGITS = '0123456789'
LATIN = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
# Latin-1 and the letters ISO 8859-15 added: what French, English, German, Spanish, Italian, Portuguese, Dutch, Catalan,
# Danish, Norwegian, Swedish, Finnish and Icelandic are written with.
ACCENTED = 'ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿßŒœŸŠšŽž'
PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~¡¿«»„–—•·°ºª§¶©®™€£¥¢±×÷µ²³¹½¼¾'

# Two glyphs that a photograph cannot tell apart, or that writers and transcribers use for each other, are one symbol.
SAME = str.maketrans({
    '’': "'", '‘': "'", '´': "'", 'ʼ': "'", '‚': ',', '“': '"', '”': '"', '″': '"', '‑': '-', '‐': '-', '−': '-', '―': '—',
    '\u00a0': ' ', '\u202f': ' ', '\u2009': ' ', '\t': ' ', 'ﬁ': 'fi', 'ﬂ': 'fl', '№': 'N°', '…': '...', '‹': '<', '›': '>', '●': '•',
})


def symbols():
    """All symbols in class order, without the blank: symbols()[i - 1] is class i."""
    return CHARSET_FILE.read_text('utf-8').rstrip('\n').split('\n')


def normalise(text):
    """Composed characters, one spelling for what looks alike, single spaces; symbols outside the charset stay as they are."""
    return ' '.join(unicodedata.normalize('NFC', text).translate(SAME).split())


class Coder:
    """Text to classes and back."""

    def __init__(self):
        self.symbols = symbols()
        self.class_of = {symbol: index + 1 for index, symbol in enumerate(self.symbols)}
        self.classes = len(self.symbols) + 1

    def knows(self, text):
        return all(character in self.class_of for character in text)

    def encode(self, text):
        return [self.class_of[character] for character in text]

    def decode(self, classes):
        return ''.join(self.symbols[index - 1] for index in classes)


if __name__ == '__main__':
    CHARSET_FILE.write_text('\n'.join(' ' + DIGITS + LATIN + ACCENTED + PUNCTUATION) + '\n', 'utf-8')
