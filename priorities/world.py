"""The regions on a map: outlines drawn once by `outline_world`, and what they hold."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .terms import Term, Terms

WORLD = Path(__file__).with_name("world.json")


@dataclass(frozen=True)
class Shape:
    region: Term
    path: str
    x: int
    y: int
    count: int


@cache
def outlines() -> dict[str, Any]:
    world: dict[str, Any] = json.loads(WORLD.read_text(encoding="utf-8"))
    return world


def shapes(terms: Terms, counts: dict[str, int]) -> list[Shape]:
    """The outlines of the regions there are, each with its figure and where it stands."""
    world = outlines()
    return [
        Shape(terms.of("region")[slug], world["paths"][slug], x, y, counts.get(slug, 0))
        for slug, (x, y) in world["marks"].items()
        if slug in terms.of("region")
    ]
