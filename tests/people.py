"""Browsers in which people of each role are signed in."""

from collections.abc import Sequence

from django.test import Client

from accounts.models import User
from accounts.roles import assign
from regions.models import Region


def make_user(
    name: str,
    *roles: str,
    regions: Sequence[str] = (),
    languages: Sequence[str] = (),
    email: str = "",
) -> User:
    user = User.objects.create_user(
        name, email, is_staff=True, languages=list(languages), language="en"
    )
    assign(user, roles)
    user.regions.set(Region.objects.filter(slug__in=regions))
    return user


def browser(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client
