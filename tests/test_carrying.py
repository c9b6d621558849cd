"""Wherever a reader goes on the site, their selection goes along."""

import re

import pytest

from .addresses import ADDRESSES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("edition_2021")]

CHOSEN = "selection=2021MENA14.AFR3"


@pytest.mark.parametrize(
    "address",
    [a for a in ADDRESSES if a.startswith("/en/") and "selection" not in a],
)
def test_every_link_carries_the_selection_on(client, address):
    joint = "&" if "?" in address else "?"
    text = client.get(address + joint + CHOSEN).content.decode()

    own = re.findall(r'href="((?:/(?:en|fr)/|\?)[^"]*)"', text)
    lost = [link for link in own if CHOSEN not in link]
    assert lost == []


def test_suggestions_carry_it_too(client):
    text = client.get(f"/en/suggestions/?q=gov&{CHOSEN}").content.decode()

    assert text.count("href=") == text.count(CHOSEN) > 1
