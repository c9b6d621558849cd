"""Wherever a reader goes on the site, their selection goes along."""

import re

import pytest

from .addresses import ADDRESSES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("edition_2021")]

CHOSEN = "selection=2021MENA14.AFR3"
IS_A_FILE = re.compile(r" download>|\.atom[\"?]")


@pytest.mark.parametrize(
    "address",
    [a for a in ADDRESSES if a.startswith("/en/") and "selection" not in a],
)
def test_every_link_carries_the_selection_on(client, address):
    joint = "&" if "?" in address else "?"
    text = client.get(address + joint + CHOSEN).content.decode()

    links = re.findall(r'<(?:a|link)[^>]*? href="(?:/(?:en|fr)/|\?)[^>]*>', text)
    lost = [link for link in links if CHOSEN not in link]
    assert [link for link in lost if not IS_A_FILE.search(link)] == []


def test_suggestions_carry_it_too(client):
    text = client.get(f"/en/suggestions/?q=gov&{CHOSEN}").content.decode()

    assert text.count("href=") == text.count(CHOSEN) > 1
