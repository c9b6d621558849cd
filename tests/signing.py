"""What somebody who signs in has in their hands, and what the database keeps of it."""

from django.apps import apps
from django.test import Client
from django_otp.oath import TOTP

from accounts.models import Authenticator, User
from accounts.roles import assign

PASSWORD = "a long phrase"
NOWHERE = "203.0.113.7"


def make_person(name: str = "amina", *roles: str, **fields) -> User:
    user = User.objects.create_user(name, password=PASSWORD, is_staff=True, **fields)
    assign(user, roles)
    return user


def sign_in(client: Client, name: str = "amina", password: str = PASSWORD, **more):
    typed = {"username": name, "password": password}
    more.setdefault("REMOTE_ADDR", NOWHERE)
    return client.post("/admin/login/", typed, **more)


def shown_by(app: Authenticator, steps: int = 0) -> str:
    """The code the app shows now, or so many half minutes later."""
    totp = TOTP(app.bin_key, drift=steps)
    return f"{totp.token():06d}"


def with_app(user: User) -> Authenticator:
    return Authenticator.objects.create(user=user, name="app")


def everything_kept() -> str:
    """Every value of every table."""
    found = []
    for model in apps.get_models():
        found += [str(row) for row in model._base_manager.values_list()]
    return "\n".join(found)
