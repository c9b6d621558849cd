"""An authenticator app besides the password, and recovery codes for a lost phone."""

import secrets
from typing import Any

import django_otp
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django_otp.util import random_hex

from .models import Authenticator, RecoveryCode, User

CODES = 10
SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that is read as another
DIGITS = 6
PASSWORD_HOLDS = 10 * 60
PASSWORD_GIVEN, NUMBER = "password_given_at", "second_factor_number"


def is_passed(request: HttpRequest) -> bool:
    """Whether whoever is signed in has done all that signing in asks of them."""
    user: Any = request.user
    return user.is_verified() or not (
        user.has_second_factor or user.needs_second_factor
    )


def read_along(accounts: QuerySet[User]) -> QuerySet[User]:
    """The same accounts, each with `has_second_factor` already asked."""
    apps = Authenticator.objects.filter(user=OuterRef("pk"), confirmed=True)
    return accounts.annotate(**{"has_second_factor": Exists(apps)})


def password_given(request: HttpRequest) -> None:
    request.session[PASSWORD_GIVEN] = timezone.now().timestamp()


def gave_password_lately(request: HttpRequest) -> bool:
    given: float = request.session.get(PASSWORD_GIVEN, 0)
    return timezone.now().timestamp() - given < PASSWORD_HOLDS


def proposed(request: HttpRequest, user: User) -> Authenticator:
    """The app being set up in this session: nothing is saved before a code is right."""
    number = request.session.setdefault(NUMBER, random_hex(20))
    return Authenticator(user=user, key=number, name="app")


def plain(typed: str) -> str:
    return "".join(typed.split()).replace("-", "").lower()


@transaction.atomic
def set_up(request: HttpRequest, app: Authenticator, typed: str) -> list[str]:
    """The recovery codes, if the code is right: this app then takes the place of any other."""
    User.objects.select_for_update().get(pk=app.user_id)
    Authenticator.objects.filter(user_id=app.user_id).delete()
    app.save()
    if not app.verify_token(plain(typed)):
        transaction.set_rollback(True)
        return []
    del request.session[NUMBER]
    enter(request, app)
    return new_codes(app.user)


def enter(request: HttpRequest, app: Authenticator) -> None:
    request.session.cycle_key()
    django_otp.login(request, app)


@transaction.atomic
def accept(user: User, typed: str) -> Authenticator | None:
    """The app, if what was typed is its code or a recovery code; either works once."""
    apps = Authenticator.objects.select_for_update()
    app = apps.filter(user=user, confirmed=True).first()
    if app is None:
        return None
    code = plain(typed)
    if code.isdecimal() and len(code) == DIGITS:
        return app if app.verify_token(code) else None
    used, _rows = user.recovery_codes.filter(digest=digest(user, code)).delete()
    return app if used else None


@transaction.atomic
def new_codes(user: User) -> list[str]:
    """Ten recovery codes in place of those of before. Only digests are kept."""
    User.objects.select_for_update().get(pk=user.pk)
    user.recovery_codes.all().delete()
    codes = ["".join(secrets.choice(SIGNS) for _ in range(10)) for _ in range(CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=digest(user, code)) for code in codes
    )
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def digest(user: User, code: str) -> str:
    return salted_hmac(
        "accounts.RecoveryCode", f"{user.pk}:{code}", algorithm="sha256"
    ).hexdigest()


@transaction.atomic
def remove(user: User) -> None:
    """Without its second factor an account is signed out everywhere."""
    Authenticator.objects.filter(user=user).delete()
    user.recovery_codes.all().delete()
    user.end_sessions()
