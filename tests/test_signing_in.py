"""Names, passwords, waits and sessions."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts.models import Failures, User
from accounts.throttle import FREE_PER_ACCOUNT, Attempt, address
from forum.settings import env_number

from .apart import finished
from .signing import NOWHERE, PASSWORD, everything_kept, make_person, sign_in

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("english_pages"),
]

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
INDEX = "/admin/"


def fail(client: Client, times: int, name: str = "amina", **more) -> None:
    for _time in range(times):
        assert sign_in(client, name, "wrong", **more).status_code == 200


def all_waits_pass() -> None:
    Failures.objects.update(waits_until=timezone.now() - timedelta(seconds=1))


def test_a_right_password_opens_the_admin(client):
    make_person()

    assert sign_in(client).url == INDEX
    assert client.get(INDEX).status_code == 200
    assert Failures.objects.count() == 0


@pytest.mark.parametrize("name", ["amina", "nobody"])
def test_after_five_failures_one_waits_whether_the_account_exists_or_not(client, name):
    make_person("amina")
    fail(client, 5, name)

    response = sign_in(client, name, "wrong")

    assert response.status_code == 429
    assert response["Retry-After"] == "30"
    assert response.context["form"].non_field_errors() == [
        "Too many attempts have failed. Please try again in 30 seconds."
    ]


def test_the_right_password_is_refused_during_the_wait_and_works_after_it(client):
    make_person()
    fail(client, 5)
    assert sign_in(client).status_code == 429
    assert client.get(INDEX).status_code == 302

    all_waits_pass()

    assert sign_in(client).status_code == 302
    fail(Client(), 4)  # it has begun anew
    assert Failures.objects.filter(count=4).exists()


def test_spelling_a_name_otherwise_is_no_way_around(client):
    fail(client, 3, "Amina")
    fail(client, 2, "AMINA")

    assert sign_in(client, "amina").status_code == 429


def test_others_are_not_kept_waiting_for_one(client):
    make_person("bruno")
    fail(client, 5, "amina")

    assert sign_in(client, "bruno").status_code == 302


def test_who_is_signed_in_is_not_touched(client):
    make_person()
    sign_in(client)
    fail(Client(), 5)
    assert sign_in(Client()).status_code == 429

    assert client.get(INDEX).status_code == 200


def test_closed_accounts_and_those_of_no_staff_answer_like_unknown_ones(client):
    make_person("closed", is_active=False)
    User.objects.create_user("reader", password=PASSWORD)

    answers = [sign_in(client, name) for name in ("closed", "reader", "nobody")]

    assert {response.status_code for response in answers} == {200}
    said = [response.context["form"].non_field_errors() for response in answers]
    assert said[0] == said[1] == said[2]


def waits(attempt: Attempt, times: int) -> list[int]:
    """The waits somebody meets who tries again as soon as they may."""
    now, found = NOON, []
    for _time in range(times):
        seconds = attempt.seconds_to_wait(now)
        found.append(seconds)
        now += timedelta(seconds=seconds)
    return found


def test_waits_double_and_never_pass_a_quarter_of_an_hour():
    found = waits(Attempt(NOWHERE, "password", "amina"), 22)

    free, after = found[:FREE_PER_ACCOUNT], found[FREE_PER_ACCOUNT:]
    assert free == [0] * 5
    # Each wait is told once, and then lets one attempt through.
    assert after[0::2] == [31, 61, 121, 241, 481, 901, 901, 901, 901]
    assert after[1::2] == [0] * 8


def test_trying_while_waiting_makes_it_no_longer():
    attempt = Attempt(NOWHERE, "password", "amina")
    for _time in range(5):
        attempt.seconds_to_wait(NOON)

    for _time in range(50):
        assert attempt.seconds_to_wait(NOON + timedelta(seconds=10)) == 21

    assert attempt.seconds_to_wait(NOON + timedelta(seconds=30)) == 0


def test_an_address_has_twenty_attempts_at_different_accounts():
    for number in range(20):
        attempt = Attempt(NOWHERE, "password", f"person{number}")
        assert attempt.seconds_to_wait(NOON) == 0

    assert Attempt(NOWHERE, "password", "another").seconds_to_wait(NOON) == 31
    assert Attempt("198.51.100.1", "password", "another").seconds_to_wait(NOON) == 0


def test_a_success_does_not_wash_an_address_clean():
    for number in range(19):
        Attempt(NOWHERE, "password", f"person{number}").seconds_to_wait(NOON)
    own = Attempt(NOWHERE, "password", "own")
    assert own.seconds_to_wait(NOON) == 0
    own.succeeded(NOON)

    assert Attempt(NOWHERE, "password", "victim").seconds_to_wait(NOON) == 0
    assert own.seconds_to_wait(NOON) == 31


def test_what_was_counted_is_forgotten_after_an_hour():
    attempt = Attempt(NOWHERE, "password", "amina")
    for _time in range(5):
        attempt.seconds_to_wait(NOON)

    assert Attempt("::1").seconds_to_wait(NOON + timedelta(minutes=61)) == 0

    assert Failures.objects.count() == 1
    assert waits(attempt, 5) == [0] * 5


@pytest.mark.parametrize(
    ("proxies", "forwarded", "believed"),
    [
        (0, "", "192.0.2.1"),
        (0, "198.51.100.9", "192.0.2.1"),
        (1, "198.51.100.9", "198.51.100.9"),
        (1, "10.0.0.1, 198.51.100.9", "198.51.100.9"),
        (2, "10.0.0.1, 198.51.100.9, 203.0.113.2", "198.51.100.9"),
        (2, "198.51.100.9", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "<script>", "192.0.2.1"),
    ],
)
def test_only_what_trusted_proxies_say_of_an_address_is_believed(
    settings, proxies, forwarded, believed
):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get(
        "/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded
    )

    assert address(request) == believed


def test_a_network_of_ipv6_is_one_address():
    def found(remote: str) -> str:
        return address(RequestFactory().get("/", REMOTE_ADDR=remote))

    assert found("2001:db8:1:2::1") == found("2001:db8:1:2:ffff::9")
    assert found("2001:db8:1:2::1") != found("2001:db8:1:3::1")
    assert found("::ffff:192.0.2.1") == "192.0.2.1"


def test_a_forged_header_is_no_way_around_the_wait(client):
    for number in range(20):
        forged = f"198.51.100.{number}"
        fail(client, 1, f"person{number}", HTTP_X_FORWARDED_FOR=forged)

    response = sign_in(client, "another", HTTP_X_FORWARDED_FOR="198.51.100.99")

    assert response.status_code == 429


def test_the_number_of_proxies_may_be_nought_but_not_less(monkeypatch):
    monkeypatch.setenv("TRUSTED_PROXIES", "0")
    assert env_number("TRUSTED_PROXIES", 1, least=0) == 0
    monkeypatch.setenv("TRUSTED_PROXIES", "-1")
    with pytest.raises(ImproperlyConfigured):
        env_number("TRUSTED_PROXIES", 1, least=0)


def test_neither_names_nor_addresses_nor_passwords_are_written_down(
    client, caplog, capfd
):
    with caplog.at_level(logging.DEBUG):
        fail(client, 5, "somebodyunheardof")
        sign_in(client, "somebodyunheardof", "unheardofpassword")

    kept = everything_kept() + caplog.text + "".join(capfd.readouterr())
    assert Failures.objects.count() == 2
    for secret in ("somebodyunheardof", "unheardofpassword", NOWHERE):
        assert secret not in kept


TEN_TRIES = (
    "from accounts.throttle import Attempt\n"
    "import sys; sys.stdin.readline()\n"
    "tries = [Attempt('192.0.2.1', 'password', 'amina').seconds_to_wait() for _ in range(10)]\n"
    "print('free', tries.count(0))"
)


@pytest.mark.django_db(transaction=False)
def test_attempts_at_the_same_moment_are_all_counted(bare_apart):
    processes = [
        bare_apart.start("shell", "--no-imports", "--command", TEN_TRIES)
        for _process in range(3)
    ]
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()

    said = [finished(process) for process in processes]

    assert [status for _said, status in said] == [0, 0, 0], said
    assert sum(int(out.split()[-1]) for out, _status in said) == FREE_PER_ACCOUNT


def test_closing_an_account_ends_its_sessions_for_good(client):
    user = make_person()
    sign_in(client)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get(INDEX).status_code == 302

    # And an account that is no staff any more.
    User.objects.filter(pk=user.pk).update(is_active=True, is_staff=False)
    assert client.get(INDEX).status_code == 302


def test_a_new_password_signs_out_every_other_device(client):
    make_person()
    other = Client()
    sign_in(client)
    sign_in(other)

    typed = {
        "old_password": PASSWORD,
        "new_password1": "another long phrase",
        "new_password2": "another long phrase",
    }
    response = client.post(reverse("admin:password_change"), typed)

    assert response.status_code == 302
    assert client.get(INDEX).status_code == 200
    assert other.get(INDEX).status_code == 302
    assert sign_in(other, password="another long phrase").status_code == 302


def test_sessions_can_be_ended_without_a_new_password(client):
    user = make_person()
    sign_in(client)

    user.end_sessions()

    assert client.get(INDEX).status_code == 302
    assert sign_in(client).status_code == 302
