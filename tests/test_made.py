"""Files that take a while are made once, one at a time, and go with their version."""

import os
import threading
from pathlib import Path

import pytest

from priorities.made import Busy, made
from regions.models import DataVersion

ONE = DataVersion("a", 1, None, None)
TWO = DataVersion("b", 2, None, None)


def writing(text):
    return lambda file: file.write(text.encode())


def test_what_was_made_is_not_made_again():
    first = made(ONE, "a.txt", writing("first"), "fr")

    assert made(ONE, "a.txt", writing("second"), "fr") == first
    assert first.read_text() == "first"


def test_every_parameter_is_a_file_of_its_own():
    paths = {made(ONE, "a.txt", writing(x), x) for x in ("fr", "en")}
    paths.add(made(ONE, "b.txt", writing("b"), "fr"))

    assert sorted(path.read_text() for path in paths) == ["b", "en", "fr"]


def test_a_new_version_takes_the_place_of_the_earlier():
    old = made(ONE, "a.txt", writing("withdrawn"))

    new = made(TWO, "a.txt", writing("public"))

    assert new.read_text() == "public"
    assert not old.exists()


def test_what_fails_leaves_nothing_and_is_tried_again(settings):
    def fail(file):
        file.write(b"half")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        made(ONE, "a.txt", fail)

    assert list(Path(settings.MADE_DIR).glob("*/*")) == []
    assert made(ONE, "a.txt", writing("whole")).read_text() == "whole"


def test_while_one_is_made_others_are_told_to_come_again():
    began, may_end = threading.Event(), threading.Event()

    def slowly(file):
        began.set()
        may_end.wait(10)
        file.write(b"slow")

    thread = threading.Thread(target=made, args=(ONE, "slow.txt", slowly))
    thread.start()
    began.wait(10)
    with pytest.raises(Busy):
        made(ONE, "slow.txt", writing("twice"))
    with pytest.raises(Busy):
        made(ONE, "other.txt", writing("other"))
    may_end.set()
    thread.join()

    assert made(ONE, "slow.txt", writing("twice")).read_text() == "slow"


def test_whoever_waits_gets_it_in_turn():
    began, paths = threading.Event(), []

    def slowly(file):
        began.set()
        threading.Event().wait(0.2)
        file.write(b"first")

    thread = threading.Thread(target=made, args=(ONE, "a.txt", slowly))
    thread.start()
    began.wait(10)
    paths.append(made(ONE, "a.txt", writing("second"), waits=True))
    thread.join()

    assert paths[0].read_text() == "first"


def test_what_nobody_wanted_for_longest_makes_room(settings, monkeypatch):
    settings.MADE_MB = 1
    times = iter(range(1000))
    touch = os.utime
    monkeypatch.setattr(
        os, "utime", lambda path: touch(path, (when := next(times) + 2e9, when))
    )
    big = "x" * 400_000
    first, second = (made(ONE, n, writing(big)) for n in ("1.txt", "2.txt"))
    made(ONE, "1.txt", writing(big))

    third = made(ONE, "3.txt", writing(big))

    assert (first.exists(), second.exists(), third.exists()) == (True, False, True)
