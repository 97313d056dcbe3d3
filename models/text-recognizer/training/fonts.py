"""The installed fonts that can write Western European text: printed or handwritten, for training or held out."""

import functools
import re
import subprocess
import zlib

# Families that imitate handwriting, checked by eye; the first row has accents.
SCRIPT = re.compile(r'breip|dancing|dkghand|ecolier|kaushan|kristi|scriptsj|^sj|klee|yusei|leckerli|comic|bwht|havana|rufscript|tomson'
                    r'|humor|purisa|chilanka|femke|dustin|jandles|isabella|lemonada|fontssj|delphine|steve', re.I)
# Symbols, barcodes, other scripts' pictures, faces in which letters are not recognisable.
UNFIT = re.compile(r'symbol|emoji|icon|awesome|dingbat|math|music|braille|barcode|dseg|ecolier_lignes|lignes|keyboard|unifont|lastresort'
                   r'|opensymbol|blankenburg|isabella|elusive|standardsymbols|cmex|cmsy|cmmi|fraktur|dotgothic|beteckna.*sym', re.I)
NEEDED = 'AZaz09éèàçôîû'
HELD_OUT_SHARE = 8


@functools.cache
def _coverage():
    """{path: (family, set of code points)} of all scalable fonts."""
    out = subprocess.run(['fc-list', ':scalable=true', '--format', '%{file}\t%{family[0]}\t%{index}\t%{charset}\n'],
                         capture_output=True, text=True, check=True).stdout
    fonts = {}
    for row in out.splitlines():
        path, family, index, charset = row.split('\t')
        if index != '0' or UNFIT.search(path) or UNFIT.search(family):
            continue
        points = set()
        for span in charset.split():
            first, _, last = span.partition('-')
            first, last = int(first, 16), int(last or first, 16)
            if first < 0x2200:
                points.update(range(first, min(last, 0x21ff) + 1))
        fonts[path] = (family, points)
    return fonts


def choose(handwritten, held_out):
    """[(path, set of code points)], ordered; an eighth of the families, by checksum of the name, is held out.

    Printed fonts must have French accents; handwritten ones may lack them, and their text is chosen to suit.
    """
    chosen = []
    for path, (family, points) in sorted(_coverage().items()):
        script = bool(SCRIPT.search(family.replace(' ', '')) or SCRIPT.search(path.rsplit('/', 1)[1]))
        if script != handwritten or (zlib.crc32(family.encode()) % HELD_OUT_SHARE == 0) != held_out:
            continue
        needed = NEEDED[:4] if handwritten else NEEDED
        if all(ord(c) in points for c in needed):
            chosen.append((path, points))
    return chosen


def families(chosen):
    return {_coverage()[path][0] for path, _ in chosen}
