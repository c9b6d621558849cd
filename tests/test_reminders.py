"""Whoever said what they would do is asked how far they have come, now and then."""

from datetime import date, timedelta
from smtplib import SMTPException

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from agenda import reminders
from agenda.models import Solution
from regions.models import ContentChange

from .people import make_user
from .solutions import make_priority, make_solution

pytestmark = pytest.mark.django_db


def day(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def later(monkeypatch, days: int) -> None:
    then = day(days)
    monkeypatch.setattr(timezone, "localdate", lambda *args: then)


@pytest.fixture
def partner() -> User:
    user = make_user("partner", "partner", email="partner@example.org")
    user.language = "es"
    user.save()
    return user


def told() -> list[tuple[str, str]]:
    return [(letter.to[0], str(letter.subject)) for letter in mail.outbox]


def test_a_reporter_is_asked_within_thirty_days_of_the_end(partner, settings):
    settings.SITE_URL = "https://forum.example"
    soon = make_solution(reported_by=partner, ends_on=day(30), what_es="Formar jueces.")
    make_solution(reported_by=partner, ends_on=day(31))
    make_solution(reported_by=partner, ends_on=day(5), progress="done")
    make_solution("in-review", reported_by=partner, ends_on=day(5))

    call_command("remind_solutions")

    (letter,) = mail.outbox
    assert letter.to == ["partner@example.org"]
    assert "Formar jueces." in letter.body
    assert letter.body.count("/admin/agenda/solution/") == 1
    assert (
        f"https://forum.example/admin/agenda/solution/{soon.pk}/change/" in letter.body
    )


def test_all_that_is_due_stands_in_one_letter(partner):
    for days in (1, 2):
        make_solution(reported_by=partner, ends_on=day(days))

    call_command("remind_solutions")

    assert len(mail.outbox) == 1


def test_nobody_is_asked_about_the_same_twice_in_thirty_days(partner, monkeypatch):
    make_solution(reported_by=partner, ends_on=day(30))
    for days, sent in ((0, 1), (29, 1), (1, 2)):
        later(monkeypatch, days)
        call_command("remind_solutions")
        assert len(mail.outbox) == sent


def test_what_is_late_is_asked_about_after_ninety_days_of_silence(partner, monkeypatch):
    make_solution(reported_by=partner, ends_on=day(-1))
    later(monkeypatch, 89)
    call_command("remind_solutions")
    assert told() == []

    later(monkeypatch, 1)
    call_command("remind_solutions")
    assert len(mail.outbox) == 1


def test_who_has_reported_and_waits_for_review_is_not_asked(partner):
    row = make_solution(reported_by=partner, ends_on=day(5))
    row.begin_change(partner)

    call_command("remind_solutions")

    assert mail.outbox == []


def test_closed_accounts_and_those_without_an_address_get_no_letter(partner):
    make_solution(reported_by=partner, ends_on=day(5))
    make_solution(reported_by=make_user("other", "partner"), ends_on=day(5))
    User.objects.filter(pk=partner.pk).update(is_active=False)

    call_command("remind_solutions")

    assert mail.outbox == []


def test_a_reminder_is_no_new_version_of_the_solution(partner):
    row = make_solution(reported_by=partner, ends_on=day(5))
    versions, stale = row.history.count(), Solution.objects.get(pk=row.pk)

    call_command("remind_solutions")
    assert row.history.count() == versions
    stale.save()

    assert Solution.objects.get(pk=row.pk).reminded_on == day(0)


def test_organisers_get_one_digest_of_what_is_late_and_unclaimed(settings):
    settings.SITE_URL = "https://forum.example"
    make_user("organiser", "organiser", email="organiser@example.org")
    make_user("facilitator", "facilitator", email="facilitator@example.org")
    late = make_solution(ends_on=day(-1), organisation="Union")
    alone, taken = make_priority(title_en="Inform"), make_priority(title_en="Train")
    make_solution(priority=taken)
    make_priority(status="draft", title_en="Hidden")
    make_solution("draft", ends_on=day(-1), organisation="Hidden")

    call_command("remind_solutions")

    (letter,) = mail.outbox
    assert letter.to == ["organiser@example.org"]
    assert "Overdue: 1\n\n- Union" in letter.body
    assert f"https://forum.example/en/solutions/{late.pk}/" in letter.body
    assert f"nobody has taken up: 1\n\n- {alone.reference} Inform" in letter.body
    assert "Train\n" not in letter.body
    assert "Hidden" not in letter.body


def test_a_second_run_in_a_week_sends_nothing_again(partner, monkeypatch):
    make_user("organiser", "organiser", email="organiser@example.org")
    make_priority()
    make_solution(reported_by=partner, ends_on=day(5))
    version = ContentChange.objects.version()
    for days, sent in ((0, 2), (0, 2), (5, 2), (1, 3)):
        later(monkeypatch, days)
        call_command("remind_solutions")
        assert len(mail.outbox) == sent

    assert told()[-1][0] == "organiser@example.org"
    assert ContentChange.objects.version() == version


def test_an_organiser_who_is_new_gets_a_digest_and_the_others_no_second_one():
    make_user("organiser", "organiser", email="organiser@example.org")
    make_priority()
    call_command("remind_solutions")
    make_user("other", "organiser", email="other@example.org")

    call_command("remind_solutions")

    assert [to for to, _subject in told()] == [
        "organiser@example.org",
        "other@example.org",
    ]


def test_two_runs_at_once_send_one_digest():
    person = make_user("organiser", "organiser", email="organiser@example.org")
    make_priority()
    first, second = reminders.digests(day(0)), reminders.digests(day(0))

    asked = [next(run)[0] for run in (first, second)]

    assert asked == [person, person]
    assert [reminders.claim_digest(each, day(0)) for each in asked] == [True, False]
    assert not reminders.claim_digest(person, day(5))
    assert reminders.claim_digest(person, day(6))


def test_a_digest_that_does_not_leave_is_tried_again(monkeypatch):
    make_user("organiser", "organiser", email="organiser@example.org")
    make_priority()

    def refuse(*args):
        raise SMTPException

    with monkeypatch.context() as broken:
        broken.setattr(EmailMessage, "send", refuse)
        with pytest.raises(CommandError):
            call_command("remind_solutions")
    call_command("remind_solutions")

    assert [to for to, _subject in told()] == ["organiser@example.org"]


def test_a_dry_run_counts_as_none():
    make_user("organiser", "organiser", email="organiser@example.org")
    make_priority()

    call_command("remind_solutions", "--dry-run")
    call_command("remind_solutions")

    assert len(mail.outbox) == 1


def test_there_is_no_digest_of_nothing():
    make_user("organiser", "organiser", email="organiser@example.org")
    make_solution()

    call_command("remind_solutions")

    assert mail.outbox == []


def test_a_dry_run_shows_the_letters_and_sends_none(partner, capsys):
    row = make_solution(reported_by=partner, ends_on=day(5))

    call_command("remind_solutions", "--dry-run")

    assert "To: partner@example.org" in capsys.readouterr().out
    assert mail.outbox == []
    assert Solution.objects.get(pk=row.pk).reminded_on is None


def test_a_letter_that_does_not_leave_is_tried_again(partner, monkeypatch):
    row = make_solution(reported_by=partner, ends_on=day(5))
    make_user("organiser", "organiser", email="organiser@example.org")
    make_priority()
    sending = EmailMessage.send

    def send(letter, *args):
        if letter.to == ["partner@example.org"]:
            raise SMTPException
        return sending(letter, *args)

    monkeypatch.setattr(EmailMessage, "send", send)

    with pytest.raises(CommandError, match="1 letters could not be sent"):
        call_command("remind_solutions")

    assert [to for to, _subject in told()] == ["organiser@example.org"]
    assert Solution.objects.get(pk=row.pk).reminded_on is None


def test_who_may_publish_by_two_roles_gets_one_digest():
    organiser = make_user("organiser", "organiser", email="organiser@example.org")
    other = organiser.groups.create(name="Also publish")
    other.permissions.add(Permission.objects.get(codename="publish_solution"))
    make_priority()

    call_command("remind_solutions")

    assert [to for to, _subject in told()] == ["organiser@example.org"]


def test_what_is_not_public_takes_no_priority_up():
    make_user("organiser", "organiser", email="organiser@example.org")
    alone = make_priority()
    make_solution("draft", priority=alone)

    call_command("remind_solutions")

    (letter,) = mail.outbox
    assert f"nobody has taken up: 1\n\n- {alone}" in letter.body


def test_of_two_runs_at_once_one_asks(partner):
    row = make_solution(reported_by=partner, ends_on=day(5))

    assert reminders.claim([row], day(0)) == [row]
    assert reminders.claim([row], day(0)) == []
