"""Schemathesis asks the API what its description allows, and what it does not."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from sys import executable

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from forum.wsgi import application

from .served import served

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("edition_2021")]

PLAIN = {"Accept-Encoding": "identity"}
FEW = settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_what_is_described_is_what_happens(mode, over_wsgi):
    described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    asked = 0

    for found in described.get_all_operations():
        operation = found.ok()
        if mode == GenerationMode.NEGATIVE and not operation.query:
            continue

        @FEW
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case):
            case.call_and_validate(headers=PLAIN)

        ask()
        asked += 1

    assert asked >= 19


@pytest.fixture
def site(committed) -> Iterator[str]:
    with served() as url:
        yield url


@pytest.mark.deep
def test_schemathesis_finds_nothing(site, tmp_path):
    command = Path(executable).with_name("schemathesis")
    done = subprocess.run(
        [
            command,
            "run",
            f"{site}/api/v1/openapi.json",
            f"--url={site}",
            "--checks=all",
            "--max-examples=100",
            "--phases=examples,coverage,fuzzing,stateful",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-5000:]
