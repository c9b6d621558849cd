"""The simplified outlines of the regions of the world.

Source: Natural Earth 1:50m countries, public domain, packaged in TopoJSON by world-atlas
2.0.2 of npm (ISO 3166-1 numeric).
"""

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from priorities.world import WORLD

Point = tuple[float, float]
Edges = set[tuple[Point, Point]]

SCALE = 350  # units in a radian
MERIDIAN, LEFT, TOP = 11, 800, 492  # the middle, so that the cut is at Bering Strait
DETAIL = 9.0  # a feature of the coast smaller than this goes, in square units
MIN_AREA = 30.0  # an island or a lake smaller than this is dropped
DOT = 3  # but in the Caribbean it is drawn, as a diamond of at least this radius

# Region of the site, longitude and latitude of its mark, countries; the rest is "other".
TABLE = """\
africa 21 -4 024 072 108 120 132 140 148 174 178 180 204 226 231 232 262 266 270 288 324 384 404 426 430 450 454 466 478 480 508 516 562 566 624 646 654 678 686 690 694 706 710 716 728 748 768 800 834 854 894 Somaliland
asia 98 34 004 050 064 096 104 116 144 156 158 344 356 360 392 398 408 410 417 418 446 458 462 496 524 586 608 626 702 704 762 764 795 860 Siachen-Glacier
caribbean -56 20 028 044 052 092 136 192 212 214 308 332 388 500 531 533 534 630 652 659 660 662 663 670 780 796 850
europe 34 55 008 020 031 040 051 056 070 100 112 191 196 203 208 233 234 246 248 250 268 276 300 336 348 352 372 380 428 438 440 442 470 492 498 499 528 578 616 620 642 643 674 688 703 705 724 752 756 792 804 807 826 831 832 833 Kosovo N.-Cyprus
latin-america -57 -12 032 068 076 084 152 170 188 218 222 238 320 328 340 484 558 591 600 604 740 858 862
mena 22 26 012 048 275 364 368 376 400 414 422 434 504 512 634 682 729 732 760 784 788 818 887
north-america -101 45 060 124 304 666 840"""
ROWS = [row.split() for row in TABLE.splitlines()]
MARKS = {slug: (float(lon), float(lat)) for slug, lon, lat, *_ in ROWS}
REGION_OF = {code: slug for slug, _, _, *codes in ROWS for code in codes}


def region_of(code: str, lon: float, lat: float) -> str:
    """The region of a polygon: France and the Netherlands have some overseas."""
    if code in ("250", "528") and lon < -30:
        return "caribbean" if lat > 8 else "latin-america"
    return "africa" if code == "250" and lat < 0 else REGION_OF.get(code, "other")


def project(lon: float, lat: float) -> Point:
    """The Natural Earth projection (Patterson, 2008; polynomial of Šavrič), y downwards."""
    f = math.radians(lat) ** 2
    x = 0.8707 - 0.131979 * f - 0.013791 * f**2 + 0.003971 * f**5 - 0.001529 * f**6
    y = 1.007226 + 0.015085 * f - 0.044475 * f**3 + 0.028874 * f**4 - 0.005916 * f**5
    x, y = x * math.radians(lon - MERIDIAN), -y * math.radians(lat)
    return LEFT + SCALE * x, TOP + SCALE * y


def read_regions(topology: dict[str, Any]) -> dict[str, Edges]:
    """The projected edges of each region, less those that two of its countries share."""
    (kx, ky), (tx, ty) = (topology["transform"][k] for k in ("scale", "translate"))
    arcs = []
    for deltas in topology["arcs"]:
        steps = accumulate(deltas, lambda p, d: (p[0] + d[0], p[1] + d[1]))
        arcs.append([(x * kx + tx, y * ky + ty) for x, y in steps])
    regions: dict[str, Edges] = defaultdict(set)
    for shape in topology["objects"]["countries"]["geometries"]:
        code = shape.get("id") or shape["properties"]["name"].replace(" ", "-")
        polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        for indexes in (ring for polygon in polygons for ring in polygon):
            ring = [p for i in indexes for p in (arcs[i] if i >= 0 else arcs[~i][::-1])]
            slug = region_of(code, *ring[0])
            east = slug in ("europe", "other")  # what is beyond 180° joins the far east
            points = [project(x + 360 * (east and x < -165), y) for x, y in ring]
            for a, b in pairwise([*points, points[0]]):
                if (b, a) in regions[slug]:
                    regions[slug].remove((b, a))
                elif a != b and code != "010":  # Antarctica
                    regions[slug].add((a, b))
    return regions


def stitch(edges: Edges, nodes: set[Point]) -> Iterator[list[list[Point]]]:
    """The rings that the edges make, each as chains between the nodes it meets."""
    after: dict[Point, list[Point]] = defaultdict(list)
    for a, b in sorted(edges, key=lambda side: (side[0] not in nodes, side)):
        after[a].append(b)
    for start in list(after):
        while after[start]:
            chains, end = [[start]], after[start].pop()
            while end != start:
                chains[-1].append(end)
                if end in nodes:
                    chains.append([end])
                end = after[end].pop()
            chains[-1].append(start)
            yield chains


def area(ring: list[Point]) -> float:
    sides = pairwise([*ring, ring[0]])
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in sides)) / 2


def simplify(chain: list[Point], detail: float) -> list[Point]:
    """Visvalingam: drop the point of the smallest triangle, until none is that small."""
    points = chain[:]
    sizes = [area(points[i - 1 : i + 2]) for i in range(1, len(points) - 1)]
    while sizes and (least := min(sizes)) < detail:
        i = sizes.index(least)
        del points[i + 1], sizes[i]
        for j in range(max(i - 1, 0), min(i + 1, len(sizes))):
            sizes[j] = max(least, area(points[j : j + 3]))
    return points


def outlines(slug: str, edges: Edges, nodes: set[Point]) -> Iterator[list[Point]]:
    """What is drawn of a region: simplified rings, none of them tiny."""
    for chains in stitch(edges, nodes):
        whole = [point for chain in chains for point in chain[:-1]]
        detail, least = (1, 2 * DOT**2) if slug == "caribbean" else (DETAIL, MIN_AREA)
        ring = [p for chain in chains for p in simplify(chain, detail)[:-1]]
        if area(ring) >= least:
            yield ring
        elif slug == "caribbean":
            x, y = (sum(axis) / len(whole) for axis in zip(*whole, strict=True))
            yield [(x - DOT, y), (x, y - DOT), (x + DOT, y), (x, y + DOT)]


def path(rings: Iterable[list[Point]]) -> str:
    """Closed subpaths of relative lines, in whole units."""
    data = ""
    for ring in rings:
        (left, top), *_ = points = [(round(x), round(y)) for x, y in ring]
        steps = (f"{bx - ax} {by - ay}" for (ax, ay), (bx, by) in pairwise(points))
        data += f"M{left} {top}l{' '.join(steps)}z"
    return data.replace(" -", "-")


def build(topology: dict[str, Any]) -> dict[str, Any]:
    regions = read_regions(topology)
    sides = {frozenset(side) for edges in regions.values() for side in edges}
    degrees = Counter(point for side in sides for point in side)
    nodes = {point for point, degree in degrees.items() if degree > 2}
    return {
        "viewBox": "0 0 1640 840",
        "paths": {s: path(outlines(s, regions[s], nodes)) for s in sorted(regions)},
        "marks": {s: [round(v) for v in project(*p)] for s, p in MARKS.items()},
    }


class Command(BaseCommand):
    help = "Draw the outlines of the regions again, from TopoJSON of the countries."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("topology", type=Path, help="countries-50m.json")

    def handle(self, *args: Any, **options: Any) -> None:
        built = build(json.loads(options["topology"].read_text(encoding="utf-8")))
        WORLD.write_text(json.dumps(built, separators=(",", ":")) + "\n")
        self.stdout.write(f"Wrote {WORLD.name}.")
