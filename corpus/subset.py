"""The small checked-in part of the corpus: pairs and attacks that need no producers.

subset/pairs.tar.xz holds NUMBER/left/FILE and NUMBER/right/FILE and labels.json. `corpus/score --write-subset` makes
it from pairs that are in the cache and from the attacks by hand.
"""
import io
import json
import pathlib
import tarfile
import tempfile

import labels

ARCHIVE = pathlib.Path(__file__).resolve().parent / "subset" / "pairs.tar.xz"
KNOWN = ARCHIVE.parent / "known"
LARGEST = 20_000  # bytes of one file


def write(entries):
    """Writes (label, (left, right), attack) of single files into the archive."""
    ARCHIVE.parent.mkdir(exist_ok=True)
    table, files = [], []
    for label, sides, attack in entries:
        if not all(side.is_file() and side.stat().st_size <= LARGEST for side in sides):
            continue
        for side, path in zip(("left", "right"), sides):
            files.append((f"{len(table)}/{side}/{path.name}", path.read_bytes()))
        table.append({"name": label.name, "producer": label.producer, "causes": sorted(label.causes),
                      "best": label.best, "hard": label.hard, "attack": attack, "file": sides[0].name})
    files.insert(0, ("labels.json", json.dumps(table, indent=1).encode()))
    with tarfile.open(ARCHIVE, "w:xz") as archive:
        for name, content in files:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return len(table)


def known():
    """Names of false acceptances that are not fixed yet, one a line."""
    return {line for line in KNOWN.read_text().splitlines() if line and not line.startswith("#")}


def run(use):
    """Unpacks the archive for as long as use(items) runs."""
    with tempfile.TemporaryDirectory() as scratch, tarfile.open(ARCHIVE) as archive:
        archive.extractall(scratch)
        root = pathlib.Path(scratch)
        items = []
        for number, row in enumerate(json.loads((root / "labels.json").read_text())):
            sides = tuple(root / str(number) / side / row["file"] for side in ("left", "right"))
            items.append((labels.Label(row["name"], row["producer"], frozenset(row["causes"]), row["best"], row["hard"]),
                          sides, row["attack"]))
        use(items)
