"""The way of a text: sent to review, sent back or approved, published; who is told."""

from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.urls import reverse

from accounts.models import User
from priorities import work
from priorities.models import Comment, Recommendation, RecommendationArea

from .factories import make_audience, make_recommendation, make_region, make_section
from .people import browser, make_user
from .test_curating import form_of

pytestmark = pytest.mark.django_db
Status = Recommendation.Status


def page(name: str, *args: Any) -> str:
    return reverse(f"admin:priorities_recommendation_{name}", args=args)


def say(user: User, row: Recommendation, kind: str, text: str = "") -> Any:
    form = {"kind": kind, "text": text}
    return browser(user).post(page("say", row.pk), form, follow=True)


def act(user: User, action: str, *rows: Recommendation) -> Any:
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    return browser(user).post(page("changelist"), chosen, follow=True)


@pytest.fixture
def facilitator(db: None) -> User:
    make_region("mena")
    return make_user("fatima", "facilitator", regions=["mena"], email="f@example.org")


@pytest.fixture
def reviewer(db: None) -> User:
    make_region("mena")
    return make_user("rita", "reviewer", regions=["mena"], email="r@example.org")


def waiting(user: User) -> dict[str, int]:
    return {line.url.partition("work=")[2]: line.count for line in work.lines(user)}


def test_a_text_goes_from_draft_to_published(facilitator, reviewer):
    organiser = make_user("olga", "organiser")
    row = make_recommendation("mena", status="draft")

    act(facilitator, "send_to_review", row)
    row.refresh_from_db()
    assert row.status == Status.IN_REVIEW
    assert row.history.first().history_user == facilitator

    say(reviewer, row, "sent_back", "Which judges?")
    row.refresh_from_db()
    assert row.status == Status.DRAFT
    assert row.history.first().history_change_reason == "sent back"
    assert waiting(facilitator) == {"sent-back": 1, "drafts": 1}

    act(facilitator, "send_to_review", row)
    assert waiting(reviewer) == {"to-review": 1}
    say(reviewer, row, "approved")
    assert waiting(reviewer) == {}
    assert waiting(organiser) == {"approved": 1}
    act(organiser, "publish", row)
    row.refresh_from_db()
    assert row.is_published
    said = row.comments.values_list("kind", "made_by__username")
    assert list(said) == [("sent_back", "rita"), ("approved", "rita")]


def test_letters_say_that_something_waits_and_never_what(
    facilitator, reviewer, django_capture_on_commit_callbacks
):
    row = make_recommendation("mena", text="Libérer les domestiques.", status="draft")

    with django_capture_on_commit_callbacks(execute=True):
        act(facilitator, "send_to_review", row)
    with django_capture_on_commit_callbacks(execute=True):
        say(reviewer, row, "sent_back", "Which ones?")

    told = [(letter.to, letter.body.splitlines()[0]) for letter in mail.outbox]
    assert told == [
        (["r@example.org"], "1 entry waits for your review."),
        (["f@example.org"], "An entry was sent back to you, with a comment."),
    ]
    for letter in mail.outbox:
        whole = str(letter.message())
        assert "domestiques" not in whole
        assert "Which" not in whole
        assert row.reference not in whole


def test_without_a_reviewer_of_the_region_organisers_are_told(
    facilitator, django_capture_on_commit_callbacks
):
    make_region("asia")
    make_user("olga", "organiser", email="o@example.org")
    make_user("ravi", "reviewer", regions=["asia"], email="ravi@example.org")
    row = make_recommendation("mena", status="draft")

    with django_capture_on_commit_callbacks(execute=True):
        act(facilitator, "send_to_review", row)

    assert [letter.to for letter in mail.outbox] == [["o@example.org"]]


def test_a_letter_that_does_not_leave_stops_no_work(
    facilitator, reviewer, settings, django_capture_on_commit_callbacks, caplog
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    row = make_recommendation("mena", status="draft")

    with django_capture_on_commit_callbacks(execute=True):
        act(facilitator, "send_to_review", row)

    row.refresh_from_db()
    assert row.status == Status.IN_REVIEW
    assert "r@example.org" not in caplog.text


@pytest.mark.parametrize("kind", ["sent_back", "approved"])
def test_facilitators_and_observers_decide_nothing(facilitator, kind):
    observer = make_user("otto", "observer", regions=["mena"])
    row = make_recommendation("mena", status="in_review")

    for user in (facilitator, observer):
        say(user, row, kind, "No.")

    row.refresh_from_db()
    assert row.status == Status.IN_REVIEW
    assert not Comment.objects.exists()


def test_an_observer_reads_and_says_nothing(db):
    make_region("mena")
    observer = make_user("otto", "observer", regions=["mena"])
    row = make_recommendation("mena", text="Former.", status="draft")

    client = browser(observer)

    assert "Former." in client.get(page("change", row.pk)).content.decode()
    assert client.post(page("change", row.pk), {"text_fr": "x"}).status_code == 404
    assert say(observer, row, "comment", "Hm.").status_code == 404


def test_sending_back_says_why(reviewer):
    row = make_recommendation("mena", status="in_review")

    answer = say(reviewer, row, "sent_back", "  ")

    row.refresh_from_db()
    assert row.status == Status.IN_REVIEW
    assert "Say what should change, or why." in answer.content.decode()


def test_nobody_approves_what_they_sent_to_review(db):
    organiser = make_user("olga", "organiser")
    row = make_recommendation("mena", status="draft")
    act(organiser, "send_to_review", row)

    answer = say(organiser, row, "approved")

    assert "somebody else has to approve it" in answer.content.decode()
    assert not Comment.objects.exists()


def test_an_approval_does_not_outlive_the_review_it_was_given_in(facilitator, reviewer):
    organiser = make_user("olga", "organiser")
    row = make_recommendation("mena", status="draft")
    act(facilitator, "send_to_review", row)
    say(reviewer, row, "approved")
    act(organiser, "back_to_draft", row)
    row.refresh_from_db()
    row.text_fr = "Autre chose."
    row.save()

    act(facilitator, "send_to_review", row)

    assert waiting(organiser) == {"to-review": 1}
    assert waiting(reviewer) == {"to-review": 1}


def test_without_its_original_nothing_is_sent_to_review_and_one_is_told_what_to_do(
    facilitator,
):
    ready = make_recommendation("mena", status="draft")
    row = make_recommendation("mena", text="", text_en="Train.", status="draft")

    answer = act(facilitator, "send_to_review", ready, row).content.decode()

    assert f"{row.reference} has no text in its original language (French)" in answer
    assert "choose another original language" in answer
    ready.refresh_from_db()
    row.refresh_from_db()
    assert (ready.status, row.status) == (Status.DRAFT, Status.DRAFT)


def test_who_was_quicker_is_told_to_the_second(reviewer):
    row = make_recommendation("mena", status="in_review")
    say(reviewer, row, "sent_back", "Which?")

    answer = say(reviewer, row, "approved")

    assert "somebody was quicker" in answer.content.decode()
    assert [comment.kind for comment in row.comments.all()] == ["sent_back"]


def test_a_facilitator_edits_drafts_and_nothing_in_review(facilitator):
    row = make_recommendation("mena", status="in_review")
    client = browser(facilitator)

    shown = client.get(page("change", row.pk)).content.decode()

    assert 'name="text_fr"' not in shown
    assert client.post(page("change", row.pk), {"text_fr": "x"}).status_code == 404
    row.refresh_from_db()
    assert row.text_fr != "x"


@pytest.mark.parametrize(
    "action", ["publish", "publish_with_gaps", "withdraw", "confirm_personal_data"]
)
def test_only_organisers_publish_and_withdraw(facilitator, reviewer, action):
    row = make_recommendation("mena", status="in_review")
    public = make_recommendation("mena")

    for user in (facilitator, reviewer):
        act(user, action, row, public)

    row.refresh_from_db()
    public.refresh_from_db()
    assert (row.status, public.status) == (Status.IN_REVIEW, Status.PUBLISHED)


def test_no_button_of_a_forged_form_publishes(facilitator):
    row = make_recommendation("mena", status="draft")
    client = browser(facilitator)

    forged = form_of(client, row) | {"_publish": "1"}
    assert client.post(page("change", row.pk), forged).status_code == 302
    row.refresh_from_db()
    assert row.status == Status.DRAFT

    sent = form_of(client, row) | {"_submit": "1"}
    assert client.post(page("change", row.pk), sent).status_code == 302
    row.refresh_from_db()
    assert row.status == Status.IN_REVIEW


# What waits.


def listed(user: User, queue: str) -> set[str]:
    shown = browser(user).get(page("changelist"), {"work": queue})
    return {row.reference for row in shown.context["cl"].queryset}


def test_each_line_leads_to_exactly_its_rows(db):
    organiser = make_user("olga", "organiser")
    section = make_section("mena")
    make_recommendation("mena", section=section, rank=1)
    plain = make_recommendation("mena", section=section)
    loose = make_recommendation("asia", areas=())
    named = make_recommendation(
        "asia", text="Contact: amina.salah@example.org.", status="draft"
    )
    given = make_recommendation("africa", status="draft", assigned_to=organiser)
    make_recommendation("africa", areas=(), status="archived")

    assert waiting(organiser) == {
        "mine": 1,
        "drafts": 2,
        "people": 1,
        "untagged": 1,
        "unranked": 1,
    }
    assert listed(organiser, "unranked") == {plain.reference}
    assert listed(organiser, "untagged") == {loose.reference}
    assert listed(organiser, "people") == {named.reference}
    assert listed(organiser, "mine") == {given.reference}

    named.confirm_personal_data()
    assert "people" not in waiting(organiser)


def test_what_waits_for_a_facilitator_is_what_they_can_do(facilitator):
    make_recommendation("mena", areas=())
    make_recommendation("asia", areas=(), status="draft")
    draft = make_recommendation("mena", areas=(), status="draft")

    assert waiting(facilitator) == {"drafts": 1, "untagged": 1}
    assert listed(facilitator, "untagged") == {draft.reference}
    assert listed(facilitator, "to-review") == set()


def test_silence_is_a_list_too(db):
    organiser = make_user("olga", "organiser")
    make_recommendation("mena")
    section = make_section("asia", audience=make_audience("governments"))
    make_recommendation("asia", section=section, audience=make_audience("companies"))

    cells = {
        (str(c.forum.region), str(c.audience)) for c in work.empty_cells(organiser)
    }

    assert cells == {("Mena", "Companies"), ("Asia", "Governments")}
    shown = browser(organiser).get(page("empty")).content.decode()
    assert f"section={section.pk}" in shown
    reviewer = make_user("rita", "reviewer", regions=["mena"])
    assert browser(reviewer).get(page("empty")).status_code == 404


def test_my_work_asks_the_same_number_of_questions_whatever_there_is(
    django_assert_num_queries, db
):
    organiser = make_user("olga", "organiser")
    client = browser(organiser)
    client.get(reverse("admin:index"))
    make_recommendation("mena", status="draft")

    with django_assert_num_queries(41):
        client.get(reverse("admin:index"))
    for number in range(3):
        make_recommendation("asia", text=f"Former {number}.", areas=())
    with django_assert_num_queries(41):
        client.get(reverse("admin:index"))


def test_comments_move_no_public_page(reviewer, client):
    row = make_recommendation("mena")
    before = client.get(f"/en/recommendations/{row.reference}/")["ETag"]

    say(reviewer, row, "comment", "Well said.")

    assert row.comments.count() == 1
    assert client.get(f"/en/recommendations/{row.reference}/")["ETag"] == before
    assert RecommendationArea.objects.count() == 1


def test_after_a_new_release_a_role_may_what_it_may_now(facilitator):
    facilitator.groups.get().permissions.clear()

    call_command("migrate", verbosity=0)

    fresh = User.objects.get(pk=facilitator.pk)
    assert fresh.has_perm("priorities.change_recommendation")
    assert not fresh.has_perm("priorities.publish_recommendation")
