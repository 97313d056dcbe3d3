"""Text for synthetic lines: running text of Debian's documentation, its word lists, and invented prices, dates and codes.

    python corpus.py OUT.json      (needs the packages named in ../README.md)
"""

import gzip
import html
import json
import pathlib
import re
import string
import sys

from charset import Coder, normalise

WORD_LISTS = {'fr': ['french'], 'en': ['american-english', 'british-english'], 'de': ['ngerman'], 'es': ['spanish'], 'it': ['italian'],
              'pt': ['portuguese'], 'nl': ['dutch'], 'sv': ['swedish'], 'da': ['danish'], 'no': ['bokmaal', 'nynorsk'], 'ca': ['catalan']}
DOCUMENTS = {
    'fr': ['/usr/share/gimp/2.0/help/fr/**/*.html', '/usr/share/doc/debian-handbook/html/fr-FR/*.html', '/usr/share/man/fr/man*/*.gz'],
    'en': ['/usr/share/gimp/2.0/help/en/**/*.html', '/usr/share/doc/debian-handbook/html/en-US/*.html',
           '/usr/share/games/fortunes/*'],
    'de': ['/usr/share/gimp/2.0/help/de/**/*.html', '/usr/share/games/fortunes/de/*'],
    'es': ['/usr/share/gimp/2.0/help/es/**/*.html', '/usr/share/games/fortunes/es/*'],
    'it': ['/usr/share/gimp/2.0/help/it/**/*.html', '/usr/share/games/fortunes/it/*'],
    'pt': [], 'nl': [], 'sv': [], 'da': [], 'no': [], 'ca': [],
}
MOST_CHARACTERS = 2_000_000


def plain(path):
    """Sentences' text of an HTML page, a man page or a fortune file."""
    data = path.read_bytes()
    if path.suffix == '.gz':
        text = gzip.decompress(data).decode('utf-8', 'ignore')
        text = re.sub(r'^[.\'].*$', '\n', text, flags=re.M)
        return re.sub(r'\\f.|\\-|\\&|\\\(..|\\e|\\\*.', '', text).replace('\\', '')
    text = data.decode('utf-8', 'ignore')
    if path.suffix == '.html':
        text = re.sub(r'(?s)<(script|style|head|pre)\b.*?</\1>', ' ', text)
        text = html.unescape(re.sub(r'<(/?(p|li|h\d|td|div|dt|dd))\b[^>]*>', '\n', text))
        return re.sub(r'<[^>]+>', '', text)
    return text.replace('%', '\n')


def running_text(language, coder):
    """Distinct paragraphs of at least 20 characters of the documents, up to two million characters."""
    found, size = {}, 0
    for pattern in DOCUMENTS[language]:
        for path in sorted(pathlib.Path('/').glob(pattern[1:])):
            if not path.is_file() or path.suffix in ('.dat', '.u8') or size > MOST_CHARACTERS:
                continue
            for paragraph in re.split(r'\n\s*\n|(?<=[.!?])\n', plain(path)):
                paragraph = normalise(paragraph)
                if len(paragraph) >= 20 and coder.knows(paragraph) and paragraph not in found:
                    found[paragraph] = None
                    size += len(paragraph)
    return list(found)


def words(language, coder):
    found = []
    for name in WORD_LISTS[language]:
        path = pathlib.Path('/usr/share/dict') / name
        if path.exists():
            found += [word for word in map(normalise, path.read_text('utf-8', 'ignore').splitlines()) if word and coder.knows(word)]
    return found[::max(1, len(found) // 60_000)]


def main():
    coder = Coder()
    corpus = {language: {'paragraphs': running_text(language, coder), 'words': words(language, coder)} for language in WORD_LISTS}
    for language, part in corpus.items():
        print(language, len(part['paragraphs']), sum(map(len, part['paragraphs'])), len(part['words']))
    pathlib.Path(sys.argv[1]).write_text(json.dumps(corpus, ensure_ascii=False), 'utf-8')


class Text:
    """Draws lines of text: French and English mostly, other Western languages, numbers, prices, codes, rare symbols."""

    LANGUAGES = {'fr': .42, 'en': .30, 'de': .07, 'es': .06, 'it': .05, 'pt': .03, 'nl': .02, 'sv': .02, 'da': .01, 'no': .01, 'ca': .01}

    def __init__(self, corpus, coder):
        self.corpus, self.coder = corpus, coder
        self.languages = [name for name in self.LANGUAGES if corpus[name]['words']]
        shares = [self.LANGUAGES[name] for name in self.languages]
        self.shares = [share / sum(shares) for share in shares]
        self.symbols = [symbol for symbol in coder.symbols if symbol != ' ']

    def line(self, rng, longest=70):
        """One line, 1 to `longest` characters."""
        kind = rng.random()
        if kind < .12:
            text = invented(rng)
        elif kind < .15:
            text = ''.join(rng.choice(self.symbols) for _ in range(rng.integers(1, 12)))
        else:
            part = self.corpus[self.languages[rng.choice(len(self.languages), p=self.shares)]]
            if part['paragraphs'] and rng.random() < .6:
                text = self.excerpt(part['paragraphs'], rng, longest)
            else:
                text = self.listed(part['words'], rng)
        text = change_case(text, rng)
        text = normalise(text)[:longest].strip()
        return text if text else self.line(rng, longest)

    @staticmethod
    def excerpt(paragraphs, rng, longest):
        all_words = paragraphs[rng.integers(len(paragraphs))].split(' ')
        count = int(rng.choice([1, 2, 3, 4, 6, 9, 14], p=[.12, .15, .17, .16, .15, .15, .1]))
        start = rng.integers(0, max(1, len(all_words) - count + 1))
        return ' '.join(all_words[start:start + count])[:longest]

    @staticmethod
    def listed(listed_words, rng):
        count = int(rng.choice([1, 2, 3, 5], p=[.45, .3, .15, .1]))
        text = ' '.join(listed_words[rng.integers(len(listed_words))] for _ in range(count))
        return text + (rng.choice(['.', ',', ':', ';', '!', '?', '...']) if rng.random() < .15 else '')


def change_case(text, rng):
    case = rng.random()
    if case < .16 and 'ß' not in text and 'ÿ' not in text:
        return text.upper()
    if case < .24:
        return text.title().replace("'S", "'s")
    if case < .34:
        return text[:1].upper() + text[1:]
    return text


def invented(rng):
    """A price, date, time, phone or plate number, address of the web, percentage, code, or a bracketed or quoted bit."""
    def digits(count):
        return ''.join(str(rng.integers(10)) for _ in range(count))

    def letters(count, pool=string.ascii_uppercase):
        return ''.join(rng.choice(list(pool)) for _ in range(count))

    point, currency = rng.choice([',', '.']), rng.choice(['€', '$', '£', '¥', 'EUR', 'USD', 'CHF', 'RM', 'Fr.', 'F'])
    amount = f'{rng.integers(1000)}{point}{digits(2)}'
    months = ['janvier', 'février', 'mars', 'avril', 'mai', 'juin', 'juillet', 'août', 'septembre', 'octobre', 'novembre', 'décembre',
              'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
    forms = [
        lambda: f'{amount} {currency}', lambda: f'{currency}{amount}', lambda: f'{currency} {rng.integers(1, 99)} {digits(3)}{point}{digits(2)}',
        lambda: amount, lambda: f'{rng.integers(1, 32):02d}/{rng.integers(1, 13):02d}/{rng.integers(1900, 2035)}',
        lambda: f'{rng.integers(1, 32)} {rng.choice(months)} {rng.integers(1850, 2035)}', lambda: f'{rng.integers(24):02d}:{digits(2)}:{digits(2)}',
        lambda: f'{rng.integers(24)}h{digits(2)}', lambda: f'{rng.integers(1, 13)}:{digits(2)} {rng.choice(["AM", "PM", "am", "pm"])}',
        lambda: '0' + ' '.join(digits(2) for _ in range(5))[1:], lambda: f'+{digits(2)} {digits(1)} {digits(2)} {digits(2)} {digits(2)}',
        lambda: f'({digits(3)}) {digits(3)}-{digits(4)}', lambda: f'{letters(2)}-{digits(3)}-{letters(2)}', lambda: digits(rng.integers(1, 14)),
        lambda: f'www.{letters(rng.integers(3, 10), string.ascii_lowercase)}.{rng.choice(["fr", "com", "org", "net", "be", "de"])}',
        lambda: f'{letters(5, string.ascii_lowercase)}@{letters(6, string.ascii_lowercase)}.{rng.choice(["fr", "com"])}',
        lambda: f'{digits(rng.integers(1, 3))}{rng.choice(["%", " %", "°C", "°", " kg", " g", " ml", " cl", " L", " m²", " km/h"])}',
        lambda: f'N° {digits(rng.integers(1, 6))}', lambda: f'#{digits(rng.integers(1, 5))}', lambda: f'{rng.integers(1, 20)} x {amount}',
        lambda: f'{rng.choice(["TOTAL", "Total", "TVA", "Sous-total", "CASH", "CHANGE", "Tax", "Qté", "Prix", "Montant"])}: {amount}',
        lambda: f'{letters(rng.integers(1, 4))}{digits(rng.integers(2, 7))}{rng.choice(["", "/", "-"])}{letters(rng.integers(0, 3))}',
        lambda: f'{digits(5)} {rng.choice(["PARIS", "Lyon", "Genève", "NÎMES", "Orléans", "Besançon", "BÉZIERS"])}',
        lambda: rng.choice(['©', '®', '™', '•', '→', '★', '§', '*', '-', '–'])[:1].replace('→', '>').replace('★', '*') + ' ' + digits(4),
    ]
    return forms[rng.integers(len(forms))]()


if __name__ == '__main__':
    main()
