"""Links that let one person in, once. Only a keyed digest of a link is kept."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from . import second_factor
from .models import Invitation, User
from .roles import BY_SLUG, assign


def digest(token: str) -> str:
    return salted_hmac("accounts.Invitation", token, algorithm="sha256").hexdigest()


@transaction.atomic
def invite(
    invitation: Invitation, regions: Iterable[Any] = (), now: datetime | None = None
) -> str:
    """Save an invitation; the token of its link, which nobody can tell afterwards."""
    token = secrets.token_urlsafe(32)
    if invitation.for_account is not None:
        earlier = invitation.for_account.invitations.filter(
            used_at=None, withdrawn_at=None
        )
        earlier.update(withdrawn_at=now or timezone.now())
    invitation.digest = digest(token)
    invitation.save()
    invitation.regions.set(regions)
    return token


def address(token: str) -> str:
    return reverse("accounts:invitation", args=[token])


def find(token: str, now: datetime | None = None) -> Invitation | None:
    """The invitation of a link that still lets somebody in."""
    invitations = Invitation.objects.open(now or timezone.now())
    return invitations.filter(digest=digest(token)).first()


def find_for_use(token: str) -> Invitation | None:
    """The same, for nobody else until the transaction ends."""
    invitations = Invitation.objects.open(timezone.now())
    held = invitations.select_for_update(of=("self",))
    return held.filter(digest=digest(token)).first()


def use(invitation: Invitation, user: User) -> None:
    """The account, its name and password saved, becomes what it was invited to."""
    if invitation.for_account_id:
        second_factor.remove(user)
        flag, said = CHANGE, _("New password by a link; the second factor is gone.")
    else:
        assign(user, [invitation.role])
        user.regions.set(invitation.regions.all())
        role = BY_SLUG[invitation.role].label
        flag, said = ADDITION, _("Came by an invitation as: %s") % role
    invitation.used_at, invitation.used_by = timezone.now(), user
    invitation.save(update_fields=["used_at", "used_by"])
    note(invitation.made_by or user, user, said, flag)


def note(actor: User, user: User, said: str, flag: int = CHANGE) -> None:
    """A line in the account's history."""
    LogEntry.objects.create(
        user_id=actor.pk,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(user.pk),
        object_repr=str(user),
        action_flag=flag,
        change_message=said,
    )


def send(link: str, to: str, until: datetime) -> None:
    """The link by mail. The address is not kept."""
    body = _(
        "Hello,\n\n"
        "with this link you come into the base of what the regional forums ask for:\n\n"
        "%(link)s\n\n"
        "It works once, until %(date)s (UTC). Please keep it to yourself.\n"
        "If you did not expect it, you need not do anything.\n"
    ) % {"link": link, "date": until.strftime("%Y-%m-%d %H:%M")}
    send_mail(_("Your link to the Forum priorities"), body, None, [to])
