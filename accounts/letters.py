"""Letters to people who work here: that something waits, never what it says."""

import logging
from collections.abc import Callable, Iterable
from functools import partial
from smtplib import SMTPException

from django.core.mail import EmailMessage
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from .models import User

logger = logging.getLogger(__name__)


def people_with(permission: str, region: str) -> list[User]:
    """Everybody with an open account whose role gives a permission, in that region."""
    app, codename = permission.split(".")
    found = User.objects.filter(
        is_active=True,
        groups__permissions__content_type__app_label=app,
        groups__permissions__codename=codename,
    )
    return [
        person
        for person in found.distinct().order_by("pk")
        if person.works_everywhere or region in person.region_slugs()
    ]


def tell(
    request: HttpRequest, people: Iterable[User], sentence: Callable[[], str]
) -> None:
    """Write to each, in their language, once what is written here is kept.

    Whoever does something is not told of it; who left no address reads it in the admin.
    """
    address = request.build_absolute_uri(reverse("admin:index"))
    for person in {person.pk: person for person in people}.values():
        if person.pk != request.user.pk and person.is_active and person.email:
            with override(person.language):
                work = _("Your work: %s") % address
                letter = EmailMessage(
                    subject=_("Something waits for you"),
                    body=f"{sentence()}\n\n{work}\n",
                    to=[person.email],
                )
            transaction.on_commit(partial(send, letter))


def send(letter: EmailMessage) -> None:
    """A letter that does not leave stops nobody's work."""
    try:
        letter.send()
    except (OSError, SMTPException) as error:
        logger.error("A letter could not be sent: %s", type(error).__name__)
