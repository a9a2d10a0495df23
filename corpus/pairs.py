"""The table of pairs (rebuilds.tsv) and where fetched ones lie."""
import csv
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
TABLE = HERE / "rebuilds.tsv"
CACHE = HERE / "cache"


def rows(table=TABLE, packages=()):
    """The rows as dictionaries by column name, all or those of some packages. Raises KeyError for unknown ones."""
    with open(table, encoding="utf-8", newline="") as file:
        lines = (line for line in file if not line.startswith("#"))
        found = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    unknown = set(packages) - {row["package"] for row in found}
    if unknown:
        raise KeyError(f"not in {table}: {' '.join(sorted(unknown))}")
    return [row for row in found if not packages or row["package"] in packages]


def cached(cache, pool_path):
    """Where a file of the archive is kept. Debian never gives one name to two different packages."""
    return cache / pool_path.rsplit("/", 1)[-1]


def complete(row, cache=CACHE):
    """The two files of a row, or None when one is not there."""
    sides = cached(cache, row["left path"]), cached(cache, row["right path"])
    return sides if all(side.exists() for side in sides) else None
