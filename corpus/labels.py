"""What is known to be true of a pair, and the order of verdicts."""
import dataclasses

VERDICTS = ("identical", "equivalent", "explained", "incomplete", "divergent")  # from best to worst


def better(verdict, other):
    return VERDICTS.index(verdict) < VERDICTS.index(other)


@dataclasses.dataclass(frozen=True)
class Label:
    """The truth about one pair, by the taxonomy of causes; never adjusted to what the program says.

    name      recipe and wrapping: "gnu-tar/mtime:file"
    producer  the program whose output varies
    causes    ids of the root causes that were varied; empty for attacks
    best      the best verdict that may be given: effect and proof of the field that varies decide it
    hard      not classifiable yet: two artifacts do not show the cause, or nothing decodes the format; counts apart
    """
    name: str
    producer: str
    causes: frozenset
    best: str
    hard: bool = False
