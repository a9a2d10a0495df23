"""Recipes: a real producer under one controlled variation, and in what its output is wrapped.

A recipe is a shell script that runs twice, in namespaces of its own (time by libfaketime, host name, process ids,
users, a tmpfs to build in), so that nothing varies but what the recipe says. It writes into $OUT.
"""
import dataclasses

import labels

RECIPES = {}

# Where files of a package are installed, by the name of the wrapping.
PLACES = {
    "doc": "usr/share/doc/frob",
    "man": "usr/share/man/man1",
    "share": "usr/share/frob",
    "bin": "usr/bin",
    "lib": "usr/lib/frob",
    "etc": "etc/frob",
}


@dataclasses.dataclass(frozen=True)
class Side:
    """One of the two builds. Each field is a variation when the sides disagree on it."""
    clock: str = "2025-01-02 10:11:12"  # frozen, in UTC
    zone: str = "UTC"
    locale: str = "C.UTF-8"
    path: str = "/srv/build/frob-1.0"
    umask: str = "022"
    host: str = "builder1"
    user: str = "builder:1001"
    pid: int = 300                      # the last one before the script
    aslr: bool = False                  # addresses vary by themselves where it is on
    order: str = ""                     # key of `list`, by which files are created in the tmpfs
    env: tuple = ()                     # further variables, "NAME=value"


@dataclasses.dataclass(frozen=True)
class Recipe:
    name: str
    producer: str
    causes: frozenset
    script: str
    left: Side
    right: Side
    wraps: dict                         # wrapping → best verdict
    hard: bool = False

    def pairs(self):
        return [labels.Label(f"{self.name}:{wrap}", self.producer, self.causes, best, self.hard)
                for wrap, best in self.wraps.items()]


# One-dimensional variations: what the right side has, and what causes it.
VARIATIONS = {
    "clock": {"clock": "2025-03-14 15:16:27"},
    "year": {"clock": "2026-02-14 15:16:27"},
    "zone": {"zone": "Asia/Kolkata"},
    "locale-et": {"locale": "et_EE.UTF-8"},
    "locale-de": {"locale": "de_DE.UTF-8"},
    "locale-fr": {"locale": "fr_FR.UTF-8"},
    "locale-tr": {"locale": "tr_TR.UTF-8"},
    "path": {"path": "/home/worker7/rebuild/frob-1.0"},
    "umask": {"umask": "002"},
    "host": {"host": "rebuild-worker7"},
    "user": {"user": "rebuilder:1234"},
    "pid": {"pid": 21347},
    "aslr": {"aslr": True},
    "order": {"order": "shuffled"},
    "hash": {"env": ("PYTHONHASHSEED=4711", "PERL_HASH_SEED=0x4711", "RUBY_SEED=1")},
    "none": {},
}


def recipe(name, producer, causes, vary, script, hard=False, **wraps):
    """Registers a recipe. `causes` and `vary` are lists of words; wraps: file="explained", doc="explained" …"""
    right, env = {}, ()
    for word in vary.split():
        change = VARIATIONS[word] if "=" not in word else {"env": (word,)}
        env += change.get("env", ())
        right.update(change)
    if env:
        right["env"] = env
    base = {"aslr": True} if right.get("aslr") else {}
    key = f"{producer}/{name}"
    assert key not in RECIPES, key
    RECIPES[key] = Recipe(key, producer, frozenset(causes.split()), script, Side(**base),
                          Side(**{**base, **right}), wraps, hard)
