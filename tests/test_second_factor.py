"""A code of an app besides the password: who needs it, and what stays shut without."""

import logging
import os
import re
import subprocess
import sys
from base64 import b32decode
from pathlib import Path

import pytest
from django.contrib import admin
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django_otp.oath import TOTP

from accounts.models import Authenticator, RecoveryCode, User
from accounts.second_factor import PASSWORD_GIVEN, new_codes

from .signing import everything_kept, make_person, shown_by, sign_in, with_app

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("english_pages"),
]

INDEX = "/admin/"
OVERVIEW, SET_UP, VERIFY, CODES, REMOVE = (
    reverse(f"accounts:{name}")
    for name in ("second-factor", "set-up", "verify", "recovery-codes", "remove")
)


@pytest.fixture(autouse=True)
def required(settings, no_second_factor) -> None:
    settings.SECOND_FACTOR_REQUIRED = True


def enters(client: Client) -> bool:
    return client.get(INDEX).status_code == 200


def secret_of(response) -> bytes:
    return b32decode(response.context["secret"].replace(" ", ""))


def set_up(client: Client) -> list[str]:
    """Go through the pages as one does; the recovery codes."""
    secret = secret_of(client.get(SET_UP))
    response = client.post(SET_UP, {"code": f"{TOTP(secret).token():06d}"})
    codes: list[str] = response.context["codes"]
    return codes


@pytest.mark.parametrize("role", ["organiser", "superuser"])
def test_who_can_publish_sets_one_up_before_anything_else(client, role):
    user = make_person("amina", *(["organiser"] if role == "organiser" else []))
    User.objects.filter(pk=user.pk).update(is_superuser=role == "superuser")
    sign_in(client)

    assert client.get(f"{INDEX}?x=1").url == f"{SET_UP}?next=/admin/%3Fx%3D1"
    codes = set_up(client)

    assert len(set(codes)) == 10
    assert enters(client)
    assert Authenticator.objects.get().user == user


@pytest.mark.parametrize("role", ["facilitator", "reviewer", "observer"])
def test_others_may_do_without(client, role):
    make_person("amina", role)
    sign_in(client)

    assert enters(client)
    assert "You sign in with a password alone." in client.get(OVERVIEW).text


def test_nobody_has_to_where_the_setting_is_off(client, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    make_person("amina", "organiser")
    sign_in(client)

    assert enters(client)


@pytest.mark.parametrize("is_required", [True, False])
def test_who_has_one_always_uses_it(client, settings, is_required):
    settings.SECOND_FACTOR_REQUIRED = is_required
    app = with_app(make_person("amina", "observer"))
    sign_in(client)
    assert client.get(INDEX).url == f"{VERIFY}?next=/admin/"

    response = client.post(f"{VERIFY}?next=/admin/priorities/", {"code": shown_by(app)})

    assert response.url == "/admin/priorities/"
    assert enters(client)


@pytest.mark.parametrize("place", ["//evil.example/", "https://evil.example/", ""])
def test_afterwards_one_is_led_to_no_other_site(client, place):
    app = with_app(make_person())
    sign_in(client)

    response = client.post(f"{VERIFY}?next={place}", {"code": shown_by(app)})

    assert response.url == INDEX


def addresses(patterns, before: str = "/") -> list[str]:
    found = []
    for pattern in patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found += addresses(pattern.url_patterns, here)
        elif isinstance(pattern, URLPattern):
            plain = re.sub(r"<(?:int:)?[^>]*(?:id|pk)>", "1", here)
            plain = plain.replace("<str:language>", "en").replace("(?P<url>.*)$", "x")
            plain = plain.replace("^(?P<app_label>", "").replace("<path:name>", "x")
            found.append(re.sub(r"<[^>]*>", "1", plain))
    return found


ADMIN = [
    address
    for address in addresses(get_resolver().url_patterns)
    if address.startswith("/admin/") and "|" not in address
]
OPEN = {
    *(OVERVIEW, SET_UP, VERIFY, CODES, REMOVE),
    "/admin/login/",
    "/admin/logout/",
    "/admin/password_change/",
    "/admin/password_change/done/",
    "/admin/invitation/1/",
}


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("has_app", [True, False])
def test_without_it_every_other_page_of_the_admin_leads_to_it(client, method, has_app):
    user = make_person("amina", "organiser")
    if has_app:
        with_app(user)
    client.force_login(user)
    assert len(ADMIN) > 140
    assert set(ADMIN) > OPEN

    answers = {
        address: getattr(client, method)(address) for address in set(ADMIN) - OPEN
    }

    place = VERIFY if has_app else SET_UP
    astray = {
        address: response.status_code
        for address, response in answers.items()
        if response.status_code != 302 or response.url.partition("?")[0] != place
    }
    assert astray == {}
    assert {response["Cache-Control"] for response in answers.values()} == {
        "max-age=0, no-cache, no-store, must-revalidate, private"
    }


def test_without_it_one_may_leave_or_change_the_password(client):
    with_app(make_person())
    sign_in(client)

    assert client.get("/admin/password_change/").status_code == 200
    assert client.post("/admin/logout/").status_code == 200
    assert client.get(INDEX).url.startswith("/admin/login/")


@pytest.mark.parametrize("place", [CODES, REMOVE, SET_UP])
def test_without_it_nobody_changes_what_is_set_up(client, place):
    app = with_app(make_person())
    sign_in(client)

    for response in (client.get(place), client.post(place, {"code": "1"})):
        assert response.url.partition("?")[0] == VERIFY
    assert Authenticator.objects.get() == app


@pytest.mark.parametrize("place", [OVERVIEW, CODES, REMOVE, SET_UP, VERIFY])
def test_the_pages_are_for_people_who_are_signed_in(client, place):
    assert client.get(place).url == f"/admin/login/?next={place}"


def test_a_code_works_once(client):
    app = with_app(make_person())
    code = shown_by(app)
    sign_in(client)
    other = Client()
    sign_in(other)

    assert client.post(VERIFY, {"code": code}).status_code == 302
    response = other.post(VERIFY, {"code": code})

    assert response.status_code == 200
    assert "or it was used already" in response.text
    assert not enters(other)


def test_the_code_of_another_person_is_none(client):
    with_app(make_person("amina"))
    theirs = with_app(make_person("bruno"))
    sign_in(client)

    assert client.post(VERIFY, {"code": shown_by(theirs)}).status_code == 200
    assert not enters(client)


def test_codes_are_read_in_the_digits_of_arabic_and_with_spaces(client):
    app = with_app(make_person())
    arabic = shown_by(app).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    sign_in(client)

    assert client.post(VERIFY, {"code": f" {arabic[:3]} {arabic[3:]}"}).url == INDEX


def test_a_recovery_code_works_once_and_tells_how_many_are_left(client):
    user = make_person()
    with_app(user)
    code, another, *_others = new_codes(user)
    sign_in(client)
    other = Client()
    sign_in(other)

    response = client.post(
        VERIFY, {"code": code.upper().replace("-", " ")}, follow=True
    )

    assert "That was a recovery code; 9 are left." in response.text
    assert other.post(VERIFY, {"code": code}).status_code == 200
    assert other.post(VERIFY, {"code": another}).status_code == 302


def test_recovery_codes_are_of_one_person(client):
    with_app(make_person("amina"))
    theirs = make_person("bruno")
    with_app(theirs)
    sign_in(client)

    assert client.post(VERIFY, {"code": new_codes(theirs)[0]}).status_code == 200


def test_after_five_wrong_codes_one_waits_wherever_one_signs_in(client):
    app = with_app(make_person())
    for number in range(5):
        client = Client()
        sign_in(client)
        typed = {"code": f"00000{number}"}
        assert client.post(VERIFY, typed, REMOTE_ADDR=f"::{number}").status_code == 200

    response = client.post(VERIFY, {"code": shown_by(app)})

    assert response.status_code == 429
    assert int(response["Retry-After"]) in range(25, 32)
    assert not enters(client)


def test_new_recovery_codes_cost_a_code_and_replace_the_old(client):
    user = make_person()
    app = with_app(user)
    old, another, *_others = new_codes(user)
    sign_in(client)
    client.post(VERIFY, {"code": shown_by(app, -1)})

    assert client.post(CODES, {"code": "000000"}).status_code == 200
    assert RecoveryCode.objects.count() == 10
    response = client.post(CODES, {"code": old})

    assert len(response.context["codes"]) == 10
    assert another not in response.context["codes"]
    assert response["Cache-Control"].count("no-store") == 1
    other = Client()
    sign_in(other)
    assert other.post(VERIFY, {"code": another}).status_code == 200


def test_removing_it_costs_a_code_and_signs_out_other_devices(client):
    app = with_app(make_person("amina", "observer"))
    other = Client()
    for each, steps in ((client, -1), (other, 0)):
        sign_in(each)
        each.post(VERIFY, {"code": shown_by(app, steps)})
    assert enters(other)
    assert client.post(REMOVE, {"code": "000000"}).status_code == 200
    assert Authenticator.objects.exists()

    response = client.post(REMOVE, {"code": shown_by(app, 1)})

    assert response.url == INDEX
    assert enters(client)
    assert other.get(INDEX).url.startswith("/admin/login/")
    assert not Authenticator.objects.exists()


def test_where_it_is_required_it_is_not_removed(client):
    app = with_app(make_person("amina", "organiser"))
    sign_in(client)
    client.post(VERIFY, {"code": shown_by(app, -1)})

    assert client.get(REMOVE).status_code == 404
    assert client.post(REMOVE, {"code": shown_by(app)}).status_code == 404
    assert REMOVE not in client.get(OVERVIEW).text


def test_another_phone_takes_the_place_of_the_first(client):
    app = with_app(make_person())
    sign_in(client)
    client.post(VERIFY, {"code": shown_by(app)})

    set_up(client)

    assert Authenticator.objects.count() == 1
    assert Authenticator.objects.get() != app
    assert enters(client)


def test_a_wrong_code_sets_nothing_up_and_leaves_the_old_phone(client):
    app = with_app(make_person())
    sign_in(client)
    client.post(VERIFY, {"code": shown_by(app)})
    before = secret_of(client.get(SET_UP))

    response = client.post(SET_UP, {"code": "abc"})

    assert "This code does not fit." in response.text
    assert secret_of(response) == before
    assert Authenticator.objects.get() == app


def test_long_after_signing_in_the_password_is_asked_again(client):
    make_person()
    sign_in(client)
    session = client.session
    session[PASSWORD_GIVEN] -= 11 * 60
    session.save()

    page = client.get(SET_UP)
    assert "secret" not in page.context
    assert client.post(SET_UP, {"code": "123456"}).status_code == 200
    assert client.post(SET_UP, {"password": "wrong"}).status_code == 200
    assert client.post(SET_UP, {"password": "a long phrase"}).url == SET_UP

    assert "secret" in client.get(SET_UP).context


def test_guessing_the_password_there_is_counted_too(client):
    make_person()
    client.force_login(User.objects.get())
    for _time in range(5):
        assert client.post(SET_UP, {"password": "wrong"}).status_code == 200

    assert client.post(SET_UP, {"password": "a long phrase"}).status_code == 429


def test_the_picture_and_the_key_say_the_same_and_carry_no_style(client):
    make_person()
    sign_in(client)

    page = client.get(SET_UP)

    svg = re.search(r'class="qr"[^>]*>\s*(<svg.*?</svg>)', page.text, re.DOTALL)[1]
    assert "viewBox" in svg  # or it is cut off on a phone
    assert "style" not in svg
    assert "<script" not in svg
    assert re.fullmatch(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", page.context["secret"])


def test_what_is_kept_makes_no_codes(client, caplog, capfd, settings):
    """Neither the key of the app nor a recovery code stands in any table or log."""
    make_person()
    with caplog.at_level(logging.DEBUG):
        sign_in(client)
        shown = client.get(SET_UP).context["secret"].replace(" ", "")
        codes = set_up(client)
    sessions = str([session.get_decoded() for session in Session.objects.all()])

    kept = everything_kept() + sessions + caplog.text + "".join(capfd.readouterr())

    app = Authenticator.objects.get()
    for secret in (
        shown,
        app.bin_key.hex(),
        *codes,
        *(c.replace("-", "") for c in codes),
    ):
        assert secret.lower() not in kept.lower()
    # Another server's key makes another app of the same row.
    before = app.bin_key
    settings.SECRET_KEY = "another"
    assert app.bin_key != before


def test_nobody_reads_or_writes_apps_in_the_admin():
    registered = {model._meta.label for model in admin.site._registry}

    assert not registered & {
        "otp_totp.TOTPDevice",
        "accounts.Authenticator",
        "accounts.RecoveryCode",
        "accounts.Failures",
    }


def test_the_gate_costs_no_query_on_pages(client, django_assert_num_queries):
    """The account is read with what it has; the permissions are read anyway."""
    client.force_login(make_person())

    with django_assert_num_queries(4):  # session, account, permissions twice
        client.get("/admin/password_change/")


@pytest.mark.parametrize(("said", "on"), [("", "True"), ("false", "False")])
def test_it_is_required_unless_the_environment_says_otherwise(said, on):
    code = "from django.conf import settings as s; print(s.SECOND_FACTOR_REQUIRED)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"SECOND_FACTOR_REQUIRED": said, "SECRET_KEY": "x"},
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == f"{on}\n"
