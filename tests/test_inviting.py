"""How people come to an account, and who looks after it."""

import logging
import re
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.invitations import digest, invite
from accounts.models import Authenticator, Failures, Invitation, User
from accounts.roles import ROLES

from .apart import finished
from .factories import make_region
from .signing import (
    PASSWORD,
    everything_kept,
    make_person,
    shown_by,
    sign_in,
    with_app,
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("english_pages"),
]

ADD = reverse("admin:accounts_invitation_add")
LIST = reverse("admin:accounts_user_changelist")
INVITATIONS = reverse("admin:accounts_invitation_changelist")
CHOSEN = {"password1": "quite a long phrase", "password2": "quite a long phrase"}


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(make_person("adama", "administrator"))
    return client


def make_invitation(role: str = "facilitator", **fields) -> tuple[str, Invitation]:
    """The address of a link, and the invitation."""
    regions = fields.pop("regions", [])
    if "for_account" in fields:
        role = ""
    invitation = Invitation(role=role, **fields)
    token = invite(invitation, regions)
    return reverse("accounts:invitation", args=[token]), invitation


def account(user: User, step: str = "change") -> str:
    return reverse(f"admin:accounts_user_{step}", args=[user.pk])


def link_on(response) -> str:
    """The path of the link a page shows."""
    (link,) = re.findall(
        r'value="http://[^/]+(/admin/invitation/[^"]+)"', response.text
    )
    return str(link)


def notes(user: User) -> list[str]:
    entries = LogEntry.objects.filter(object_id=str(user.pk)).order_by("pk")
    return [entry.get_change_message() for entry in entries]


def test_a_link_leads_from_the_administrator_to_an_account(administrator):
    asia = make_region("asia")
    typed = {
        "role": "facilitator",
        "regions": [asia.pk],
        "languages": ["es"],
        "days": 3,
    }
    shown = administrator.post(ADD, typed)
    newcomer = Client()

    page = newcomer.get(link_on(shown))
    joined = newcomer.post(
        link_on(shown), CHOSEN | {"username": "noor", "language": "ar"}
    )

    for said in ("adama</bdi> invites you", "Facilitator", "Asia", "works once, until"):
        assert said in page.text
    assert joined.url == "/admin/"
    assert newcomer.get("/admin/").status_code == 200
    assert newcomer.cookies["django_language"].value == "ar"
    user = User.objects.get(username="noor")
    assert [group.name for group in user.groups.all()] == ["Facilitators"]
    assert (list(user.regions.all()), user.languages) == ([asia], ["es"])
    assert (user.is_staff, user.is_superuser, user.email) == (True, False, "")
    invitation = Invitation.objects.get()
    assert invitation.used_by == user
    assert notes(user) == ["Came by an invitation as: Facilitator"]


def test_who_will_publish_goes_on_to_the_second_factor(client, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    link, _invitation = make_invitation("organiser")

    client.post(link, CHOSEN | {"username": "noor"})

    assert client.get("/admin/").url.startswith(reverse("accounts:set-up"))
    assert "secret" in client.get(reverse("accounts:set-up")).context


def test_the_link_is_shown_once_and_never_kept(administrator, caplog, capfd):
    with caplog.at_level(logging.DEBUG):
        shown = administrator.post(ADD, {"role": "observer", "days": 7})
        token = link_on(shown).split("/")[-2]
        Client().get(link_on(shown))

    assert len(token) == 43
    assert "no-store" in shown["Cache-Control"]
    kept = everything_kept() + caplog.text + "".join(capfd.readouterr())
    assert token not in kept
    (invitation,) = Invitation.objects.all()
    assert invitation.digest == digest(token)
    place = reverse("admin:accounts_invitation_change", args=[invitation.pk])
    for page in (INVITATIONS, place):
        assert token not in administrator.get(page).text


def test_it_goes_by_mail_and_the_address_is_not_kept(administrator):
    typed = {"role": "observer", "days": 7, "email": "noor@example.org"}
    shown = administrator.post(ADD, typed)

    (letter,) = mail.outbox
    assert letter.to == ["noor@example.org"]
    assert link_on(shown) in letter.body
    assert "noor@example.org" not in everything_kept()


def test_mail_that_cannot_be_sent_loses_no_link(administrator, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

    typed = {"role": "observer", "days": 7, "email": "noor@example.org"}
    shown = administrator.post(ADD, typed)

    assert "The mail could not be sent." in shown.text
    assert Client().get(link_on(shown)).status_code == 200


def test_links_are_good_for_a_week_unless_said_otherwise(administrator):
    administrator.post(ADD, {"role": "observer", "days": 3})
    _link, by_command = make_invitation()

    (said,) = Invitation.objects.exclude(pk=by_command.pk)
    now = timezone.now()
    assert timedelta(days=2, hours=23) < said.expires_at - now < timedelta(days=3)
    left = by_command.expires_at - now
    assert timedelta(days=6, hours=23) < left <= timedelta(days=7)


@pytest.mark.parametrize("days", ["0", "31", ""])
def test_no_link_is_good_for_long(administrator, days):
    assert (
        "link"
        not in administrator.post(ADD, {"role": "observer", "days": days}).context
    )
    assert not Invitation.objects.exists()


def dead_link(how: str) -> str:
    if how == "unknown":
        return reverse("accounts:invitation", args=["x" * 43])
    maker = make_person("maker", "administrator")
    link, invitation = make_invitation(made_by=maker)
    now = timezone.now()
    changes: dict[str, dict] = {
        "used": {"used_at": now, "used_by": maker},
        "expired": {"expires_at": now},
        "withdrawn": {"withdrawn_at": now},
    }
    Invitation.objects.filter(pk=invitation.pk).update(**changes.get(how, {}))
    if how == "from somebody who has left":
        User.objects.update(is_active=False)
    if how == "for a closed account":
        closed = make_person("closed", is_active=False)
        link, _invitation = make_invitation(for_account=closed)
    return link


DEAD = ["used", "expired", "withdrawn"]
GONE = ["from somebody who has left", "for a closed account", "unknown"]


@pytest.mark.parametrize("how", [*DEAD, *GONE])
def test_links_that_work_no_more_all_answer_alike(client, how):
    link = dead_link(how)
    before = User.objects.count()

    answers = [client.get(link), client.post(link, CHOSEN | {"username": "noor"})]

    for response in answers:
        assert response.status_code == 404
        assert "This link does not work any more" in response.text
        assert "Whoever gave it to you can give you a new one" in response.text
        assert "maker" not in response.text
    plain = [re.sub(r"<input[^>]*csrf[^>]*>", "", answer.text) for answer in answers]
    assert plain[0] == plain[1]
    assert User.objects.count() == before


def test_guessing_links_is_slowed_down_but_opening_a_good_one_is_not(client):
    link, _invitation = make_invitation()
    for _time in range(30):
        assert client.get(link).status_code == 200
    assert Failures.objects.count() == 0
    for number in range(20):
        wrong = reverse("accounts:invitation", args=[f"x{number}"])
        assert client.get(wrong).status_code == 404

    response = client.get(link)

    assert response.status_code == 429
    assert int(response["Retry-After"]) in range(25, 32)


def test_the_page_keeps_its_address_to_itself(client):
    link, _invitation = make_invitation()

    for response in (client.get(link), client.get(dead_link("unknown"))):
        assert response["Referrer-Policy"] == "strict-origin"
        assert "no-store" in response["Cache-Control"]


def test_looking_at_a_link_does_not_use_it(client):
    link, invitation = make_invitation()
    client.get(link)
    client.head(link)

    invitation.refresh_from_db()
    assert invitation.used_at is None


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (CHOSEN | {"username": "adama"}, "username"),
        (CHOSEN | {"username": "ADAMA"}, "username"),
        ({"password1": "noor2", "password2": "noor2", "username": "noor"}, "password2"),
        (CHOSEN | {"username": "noor", "password2": "other"}, "password2"),
        (CHOSEN | {"username": "noor", "language": "xx"}, "language"),
    ],
)
def test_what_is_not_right_can_be_typed_again(client, typed, field):
    make_person("adama")
    link, _invitation = make_invitation()

    response = client.post(link, typed)

    assert set(response.context["form"].errors) == {field}
    assert client.post(link, CHOSEN | {"username": "noor"}).status_code == 302


def test_nothing_but_what_was_offered_can_be_taken(client):
    link, _invitation = make_invitation("observer")
    more = {"is_superuser": "on", "role": "administrator", "roles": "administrator"}

    client.post(link, CHOSEN | {"username": "noor"} | more)

    user = User.objects.get()
    assert not user.is_superuser
    assert [group.name for group in user.groups.all()] == ["Observers"]


JOIN = (
    "from django.test.utils import setup_test_environment; setup_test_environment()\n"
    "from django.test import Client; import sys\n"
    "client = Client(); link, name = sys.stdin.readline().split()\n"
    "typed = {'username': name, 'password1': 'quite a long phrase', 'password2': 'quite a long phrase'}\n"
    "print('answered', client.post(link, typed).status_code)"
)


@pytest.mark.django_db(transaction=False)
def test_of_several_at_the_same_moment_one_uses_a_link(bare_apart):
    made = bare_apart.run("invite", "observer")
    link = re.search("/admin/invitation/.*/", made).group()
    processes = [
        bare_apart.start("shell", "--no-imports", "--command", JOIN) for _ in range(3)
    ]
    for number, process in enumerate(processes):
        process.stdin.write(f"{link} person{number}\n")
        process.stdin.flush()

    said = [finished(process) for process in processes]

    assert [status for _out, status in said] == [0, 0, 0], said
    answers = sorted(re.search(r"answered (\d+)", out)[1] for out, _status in said)
    assert answers == ["302", "404", "404"]
    assert bare_apart.count("accounts_user") == 1


def test_a_new_link_brings_somebody_back_and_nobody_else(administrator):
    user = make_person("noor", "observer", email="noor@example.org")
    app = with_app(user)
    device = Client()
    sign_in(device, "noor")
    device.post(reverse("accounts:verify"), {"code": shown_by(app)})
    assert device.get("/admin/").status_code == 200

    first = link_on(administrator.post(account(user, "new-link")))
    link = link_on(administrator.post(account(user, "new-link")))

    assert Client().get(first).status_code == 404  # the later one counts
    assert [letter.to for letter in mail.outbox] == [["noor@example.org"]] * 2
    back = Client()
    assert "choose a new password for your account" in back.get(link).text
    typed = {"new_password1": "another phrase", "new_password2": "another phrase"}
    assert back.post(link, typed).url == "/admin/"
    assert back.get("/admin/").status_code == 200
    assert device.get("/admin/").status_code == 302
    assert sign_in(Client(), "noor", PASSWORD).status_code == 200
    assert not Authenticator.objects.exists()
    assert [group.name for group in user.groups.all()] == ["Observers"]
    assert notes(user) == [
        "A link to a new password was made.",
        "A link to a new password was made.",
        "New password by a link; the second factor is gone.",
    ]


def test_a_link_can_be_withdrawn(administrator):
    link, invitation = make_invitation()
    place = reverse("admin:accounts_invitation_withdraw", args=[invitation.pk])
    assert administrator.get(place).status_code == 405

    assert administrator.post(place).url == INVITATIONS

    assert Client().get(link).status_code == 404
    assert administrator.post(place).status_code == 404


@pytest.mark.parametrize("role", ["organiser", "facilitator", "reviewer", "observer"])
def test_only_administrators_invite_and_look_after_accounts(client, role):
    other = make_person("noor", "observer")
    _link, invitation = make_invitation()
    client.force_login(make_person("amina", role))
    withdraw = reverse("admin:accounts_invitation_withdraw", args=[invitation.pk])

    for place in (ADD, LIST, INVITATIONS, account(other)):
        assert client.get(place).status_code == 404
    assert client.post(ADD, {"role": "administrator", "days": 7}).status_code == 404
    for step in ("close", "open", "reset-second-factor", "new-link"):
        assert client.post(account(other, step)).status_code == 404
    assert client.post(withdraw).status_code == 404
    assert Invitation.objects.count() == 1


def change(client: Client, user: User, **typed):
    typed = {
        "username": user.username,
        "language": user.language,
        "roles": [],
        "regions": [],
    } | typed
    return client.post(account(user), typed)


def test_what_somebody_does_is_changed_in_plain_words(administrator):
    user = make_person("noor", "observer")
    africa, asia = make_region("africa"), make_region("asia")
    user.regions.add(africa)

    change(
        administrator,
        user,
        roles=["facilitator", "reviewer"],
        regions=[asia.pk],
        languages=["es", "ar"],
        first_name="Noor",
    )

    user.refresh_from_db()
    names = set(user.groups.values_list("name", flat=True))
    assert names == {"Facilitators", "Reviewers"}
    assert (list(user.regions.all()), user.languages) == ([asia], ["es", "ar"])
    assert notes(user) == [
        "Roles: Observer → Facilitator, Reviewer. Regions: Africa → Asia. "
        "Languages: none → español, العربيّة. Changed: First name."
    ]


def test_the_page_of_an_account_explains_each_role(administrator):
    page = administrator.get(account(make_person("noor"))).text

    for role in ROLES:
        assert str(role.label) in page
        assert str(role.sentence) in page
    assert "user_permissions" not in page
    assert "is_superuser" not in page


def test_an_administrator_makes_nobody_a_superuser(administrator):
    user, own = make_person("noor"), User.objects.get(username="adama")

    change(administrator, user, is_superuser="on")
    change(administrator, own, roles=["administrator"], is_superuser="on")

    assert not User.objects.filter(is_superuser=True).exists()


def test_an_administrator_does_not_touch_a_superuser(administrator):
    above = make_person("above")
    User.objects.filter(pk=above.pk).update(is_superuser=True)

    assert change(administrator, above, first_name="X").status_code == 404
    for step in ("close", "open", "reset-second-factor", "new-link"):
        assert administrator.post(account(above, step)).status_code == 404
    above.refresh_from_db()
    assert (above.first_name, above.is_active) == ("", True)
    assert "_save" not in administrator.get(account(above)).text


def test_a_superuser_may_make_another(client):
    client.force_login(User.objects.create_superuser("root"))
    user = make_person("noor")

    change(client, user, is_superuser="on")

    user.refresh_from_db()
    assert user.is_superuser


def test_nobody_deletes_accounts_or_makes_them_by_hand(client):
    client.force_login(User.objects.create_superuser("root"))
    user = make_person("noor")

    assert client.get(account(user, "delete")).status_code == 404
    assert client.get(reverse("admin:accounts_user_add")).status_code == 404
    typed = {"action": "delete_selected", "_selected_action": [user.pk], "post": "yes"}
    client.post(LIST, typed)
    assert User.objects.filter(pk=user.pk).exists()
    # Nor sets another's password: a link does.
    password = {"password1": "x", "password2": "x"}
    place = f"/admin/accounts/user/{user.pk}/password/"
    client.post(place, password, follow=True)
    assert sign_in(Client(), "noor").status_code == 302


def test_an_account_is_closed_and_opened_again(administrator):
    user = make_person("noor")
    device = Client()
    sign_in(device, "noor")

    administrator.post(account(user, "close"))
    assert device.get("/admin/").status_code == 302
    assert sign_in(Client(), "noor").status_code == 200
    assert administrator.post(account(user, "new-link")).status_code == 404
    administrator.post(account(user, "open"))

    assert device.get("/admin/").status_code == 302  # the old session stays ended
    assert sign_in(Client(), "noor").status_code == 302
    assert notes(user) == [
        "The account is closed, and signed out.",
        "The account is open again.",
    ]


def test_nobody_closes_the_own_account_or_resets_the_own_second_factor(administrator):
    own = User.objects.get(username="adama")

    for step in ("close", "reset-second-factor"):
        assert administrator.post(account(own, step)).status_code == 404
        assert administrator.get(account(own, step)).status_code == 405
    assert administrator.get(LIST).status_code == 200


def test_resetting_a_second_factor_signs_out_and_asks_for_a_new_one(
    administrator, settings
):
    user = make_person("noor", "organiser")
    app = with_app(user)
    device = Client()
    sign_in(device, "noor")
    device.post(reverse("accounts:verify"), {"code": shown_by(app)})
    assert device.get("/admin/").status_code == 200

    administrator.post(account(user, "reset-second-factor"))

    assert device.get("/admin/").url.startswith("/admin/login/")
    settings.SECOND_FACTOR_REQUIRED = True
    sign_in(device, "noor")
    assert device.get("/admin/").url.startswith(reverse("accounts:set-up"))
    assert notes(user) == ["The second factor is removed, and the account signed out."]


def test_the_list_tells_who_does_what_in_a_few_queries(
    administrator, django_assert_num_queries
):
    make_region("asia")

    def shown(expected: int) -> str:
        with django_assert_num_queries(expected):
            return administrator.get(LIST).text

    few = make_person("noor", "observer")
    shown(10)
    for number in range(3):
        user = make_person(f"person{number}", "facilitator", "reviewer")
        user.regions.add(make_region("asia"))
        with_app(user)
    User.objects.filter(pk=few.pk).update(last_login="2026-11-20T13:45:00Z")
    page = shown(10)

    assert "Facilitator, Reviewer" in page
    assert "20 November 2026" in page
    assert "13:45" not in page


def test_the_list_of_invitations_takes_a_few_queries(
    administrator, django_assert_num_queries
):
    for count in (1, 3):
        for _time in range(count):
            make_invitation(regions=[make_region("asia")])
        with django_assert_num_queries(8):
            administrator.get(INVITATIONS)


def test_the_command_prints_a_link():
    make_region("asia")
    out = StringIO()

    call_command("invite", "reviewer", region=["asia"], language=["es"], stdout=out)

    link = re.match(r"http://127.0.0.1(/admin/invitation/.+/)\n", out.getvalue())
    client = Client()
    assert "You are invited to work here as" in client.get(link[1]).text
    client.post(link[1], CHOSEN | {"username": "noor"})
    user = User.objects.get()
    assert [region.slug for region in user.regions.all()] == ["asia"]
    assert user.languages == ["es"]
    with pytest.raises(CommandError, match="No such region: atlantis"):
        call_command("invite", "reviewer", region=["asia", "atlantis"])
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("invite", "emperor")


@pytest.mark.parametrize(
    "fields", [{"role": "observer", "used_at": timezone.now()}, {"role": ""}]
)
def test_the_database_refuses_half_an_invitation(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(digest="x", **fields)


def test_accounts_are_listed_by_what_people_do(administrator):
    make_person("noor", "observer")
    make_person("rita", "reviewer")

    page = administrator.get(
        reverse("admin:accounts_user_changelist"), {"role": "reviewer"}
    )

    assert [user.username for user in page.context["cl"].queryset] == ["rita"]
