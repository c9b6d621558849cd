"""A curator at work in a process of their own, who waits until told to go on.

`manage.py shell -c "from tests import curator; curator.edit('2021-AFRIC-001', rank=9)"`
"""

import random
import sys
import time
from typing import Any

from django.db import transaction
from django.test import Client
from django.test.utils import setup_test_environment

from accounts.models import User
from priorities.models import PriorityArea, Recommendation


def wait(said: str) -> None:
    """Say how far it is, and wait for a line."""
    sys.stdout.write(f"{said}\n")
    sys.stdout.flush()
    sys.stdin.readline()


def edit(reference: str, areas: list[str] | None = None, **fields: Any) -> None:
    """Save an entry, and commit only when told."""
    with transaction.atomic():
        row = Recommendation.objects.get(reference=reference)
        for name, value in fields.items():
            setattr(row, name, value)
        if fields:
            row.save()
        if areas is not None:
            row.tag(areas=PriorityArea.objects.filter(slug__in=areas))
        wait("edited")


def keep_editing(references: list[str]) -> None:
    """One draft after the other, as fast as a person never is, until all are done."""
    wait("ready")
    for number, reference in enumerate(references):
        row = Recommendation.objects.get(reference=reference)
        row.rank = 9000 + number
        row.save()
        time.sleep(random.Random(number).random() / 40)


def use_the_form(reference: str, rank: int) -> None:
    """Open the admin's form, type a rank, and send it when told; says the answer."""
    from .test_curating import form_of, url

    setup_test_environment()
    user = User.objects.create_superuser("curator")
    client = Client()
    client.force_login(user)
    row = Recommendation.objects.get(reference=reference)
    typed = form_of(client, row) | {"rank": rank}
    wait("opened")
    answer = client.post(url(Recommendation, "change", row.pk), typed)
    sys.stdout.write(f"{answer.status_code}\n")
