"""Sets type with Typst, in a process of its own.

The typesetter remembers what it has set, some 70 MB for each booklet, and never gives
it back; a process that ends does, and it can give way to those that draw pages. Words
reach it as data, never as source; it sees the template's folder, the fonts in the
typesetter itself, and one for Arabic, whose letters can be copied and read aloud.
"""

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Literal

import fontpkg_ibm_plex_sans_arabic
import typst

ROOT = Path(__file__).resolve().parent.parent
ARABIC = Path(fontpkg_ibm_plex_sans_arabic.__file__).with_name("files")
SECONDS = 120  # then something is wrong


def typeset(
    template: Path, told: Any, day: date, kind: Literal["pdf", "png"] = "pdf"
) -> bytes:
    """A template filled with data: PDF/UA-1 (ISO 14289-1), or a picture of 72 ppi.

    `day` is the date it bears: the same in, the same bytes out. Raises
    CalledProcessError with the typesetter's own words where it cannot.
    """
    asked = {"template": str(template), "told": told, "kind": kind, "day": day}
    done = subprocess.run(
        [sys.executable, "-m", __name__],
        input=json.dumps(asked, default=str).encode(),
        stdout=subprocess.PIPE,
        check=True,
        cwd=ROOT,
        timeout=SECONDS,
    )
    return done.stdout


def main() -> None:
    os.nice(10)
    asked = json.load(sys.stdin)
    day = datetime.combine(date.fromisoformat(asked["day"]), time(), UTC)
    made = typst.compile(
        Path(asked["template"]),
        format=asked["kind"],
        ppi=72,
        font_paths=[ARABIC],
        ignore_system_fonts=True,
        sys_inputs={"told": json.dumps(asked["told"])},
        pdf_standards="ua-1" if asked["kind"] == "pdf" else [],
        timestamp=day,
    )
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
