"""What is typed and not saved is kept for whoever typed it, and for nobody else."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from priorities.models import Autosave, Recommendation
from regions.models import ContentChange
from workshops.redacting import Eraser, out_of_text

from .factories import make_recommendation
from .test_curating import form_of
from .test_ranking import in_english, person

__all__ = ["in_english"]
pytestmark = pytest.mark.django_db
FORMER = "Les gouvernements devraient former les **juges**."
TYPED = "Les gouvernements devraient écouter les **survivantes**."


def page(row, name="change"):
    return reverse(f"admin:priorities_recommendation_{name}", args=[row.pk])


def keep(client, row, text=TYPED, **more):
    version = row.history.first().history_id
    data = {"text_fr": text, "note": "", "version": version} | more
    return client.post(page(row, "autosave"), data)


def test_what_is_typed_is_offered_word_by_word_when_one_comes_back(organiser):
    row = make_recommendation(status="draft")

    assert keep(organiser, row).json()["told"].startswith("Kept for you at")

    shown = organiser.get(page(row))
    ((label, pieces),) = shown.context["offer"].differences
    assert label == "text (French)"
    assert [(w, t.strip()) for w, t in pieces if w != "same"] == [
        ("gone", "former"),
        ("new", "écouter"),
        ("gone", "juges"),
        ("new", "survivantes"),
    ]
    assert not shown.context["offer"].is_older
    assert shown.context["adminform"].form["text_fr"].value() == FORMER
    row.refresh_from_db()
    assert row.text_fr == FORMER


def test_taking_it_up_fills_the_form_and_saves_nothing(organiser):
    row = make_recommendation(status="draft")
    keep(organiser, row)

    taken = organiser.get(page(row) + organiser.get(page(row)).context["take_url"])

    assert taken.context["adminform"].form["text_fr"].value() == TYPED
    assert "offer" not in taken.context
    row.refresh_from_db()
    assert row.text_fr == FORMER


def test_saving_the_form_ends_it(organiser):
    row = make_recommendation(status="draft")
    keep(organiser, row)

    data = form_of(organiser, row) | {"text_fr": TYPED}
    assert organiser.post(page(row), data).status_code == 302

    assert not Autosave.objects.exists()
    row.refresh_from_db()
    assert row.text_fr == TYPED


def test_a_form_that_is_refused_does_not_end_it(organiser):
    row = make_recommendation(status="draft")
    keep(organiser, row)

    data = form_of(organiser, row) | {"text_fr": "x" * 2001}
    assert organiser.post(page(row), data).status_code == 200

    assert Autosave.objects.get().data == {"text_fr": TYPED}


def test_what_was_typed_over_an_older_version_meets_the_newer_one(organiser):
    row = make_recommendation(status="draft")
    keep(organiser, row)
    row.text_fr = "Quelqu’un d’autre."
    row.change_because("meanwhile")

    shown = organiser.get(page(row))
    assert shown.context["offer"].is_older
    taken = organiser.get(page(row) + shown.context["take_url"])
    version = taken.context["adminform"].form["version"].value()
    data = form_of(organiser, row) | {"text_fr": TYPED, "version": version}
    answer = organiser.post(page(row), data)

    assert answer.status_code == 409
    row.refresh_from_db()
    assert row.text_fr == "Quelqu’un d’autre."


def test_discarding_takes_it_away(organiser):
    row = make_recommendation(status="draft")
    keep(organiser, row)

    assert organiser.get(page(row, "discard")).status_code == 405
    assert organiser.post(page(row, "discard")).status_code == 302

    assert not Autosave.objects.exists()


def test_typing_it_back_takes_it_away(organiser):
    row = make_recommendation(status="draft")
    keep(organiser, row)

    assert keep(organiser, row, FORMER + "\r\n").status_code == 204
    assert not Autosave.objects.exists()


def test_one_waits_for_each_person_and_nobody_sees_anothers(organiser):
    row = make_recommendation(status="draft")
    other = person("facilitator", "africa")
    keep(organiser, row, "Zeitgeist")
    keep(other, row, "Weltschmerz")
    keep(other, row, "Fernweh")

    assert sorted(a.data["text_fr"] for a in Autosave.objects.all()) == [
        "Fernweh",
        "Zeitgeist",
    ]
    for client, own, foreign in (
        (organiser, "Zeitgeist", "Fernweh"),
        (other, "Fernweh", "Zeitgeist"),
    ):
        shown = client.get(page(row)).content.decode()
        assert own in shown
        assert foreign not in shown
        taken = client.get(page(row) + "?autosave=take").content.decode()
        assert own in taken
        assert foreign not in taken


@pytest.mark.parametrize(
    ("role", "region", "status"),
    [
        ("facilitator", "asia", "draft"),
        ("facilitator", "africa", "in_review"),
        ("facilitator", "africa", "published"),
        ("reviewer", "africa", "draft"),
        ("observer", "africa", "draft"),
        ("administrator", "africa", "draft"),
    ],
)
def test_nothing_is_kept_of_what_one_may_not_change(role, region, status):
    row = make_recommendation(status=status)
    client = person(role, region)

    assert keep(client, row).status_code == 404
    assert client.post(page(row, "discard")).status_code == 404
    assert not Autosave.objects.exists()


def test_visitors_keep_nothing(client):
    row = make_recommendation(status="draft")

    assert keep(client, row).status_code == 302
    assert not Autosave.objects.exists()


def test_a_text_without_end_is_not_kept(organiser):
    row = make_recommendation(status="draft")

    assert keep(organiser, row, "x" * 20_001).status_code == 413
    assert not Autosave.objects.exists()
    assert keep(organiser, row, "x" * 20_000).status_code == 200


def test_only_texts_are_kept(organiser):
    row = make_recommendation(status="draft")

    keep(organiser, row, status="published", rank="1", version="none")

    autosave = Autosave.objects.get()
    assert (autosave.data, autosave.version) == ({"text_fr": TYPED}, None)


def test_after_fourteen_days_it_is_gone(organiser):
    row, other = make_recommendation(status="draft"), make_recommendation()
    keep(organiser, row)
    long_ago = timezone.now() - timedelta(days=14, minutes=1)
    Autosave.objects.update(saved_at=long_ago)

    assert organiser.get(page(row)).context["offer"] is None
    taken = organiser.get(page(row) + "?autosave=take")
    assert taken.context["adminform"].form["text_fr"].value() == FORMER
    keep(organiser, other)
    assert [a.recommendation for a in Autosave.objects.all()] == [other]
    Autosave.objects.update(saved_at=long_ago)
    call_command("forget_files", verbosity=0)
    assert not Autosave.objects.exists()


def test_a_persons_data_is_taken_out_of_it_too(organiser):
    row = make_recommendation(status="draft")
    keep(organiser, row, "Écouter ZAWADI  Quenby.", note="Zawadi Quenby said so")

    out_of_text(row, Eraser(["Zawadi Quenby"]))

    assert Autosave.objects.get().data == {
        "text_fr": "Écouter ▮▮▮.",
        "note": "▮▮▮ said so",
    }


def test_entries_taken_back_take_it_along(organiser):
    row = make_recommendation(status="draft")
    keep(organiser, row)

    assert Recommendation.objects.remove_all([row.pk], "taken back", None) == 1
    assert not Autosave.objects.exists()


def test_it_goes_with_the_account(organiser):
    row = make_recommendation(status="draft")
    keep(organiser, row)
    Autosave.objects.get().user.delete()

    assert not Autosave.objects.exists()
    assert not User.objects.exists()


def test_keeping_it_changes_nothing_public(organiser):
    row = make_recommendation()
    before = ContentChange.objects.version()

    keep(organiser, row)

    assert ContentChange.objects.version() == before


# The side preview.


def preview(client, row, **texts):
    return client.post(page(row, "preview"), texts)


def test_the_preview_shows_what_is_typed_escaped_and_emphasised(organiser):
    row = make_recommendation(status="draft", text_es="Formar.")

    shown = preview(organiser, row, text_fr="<b>Un</b> **deux**", text_ar="ثلاثة")

    text = shown.content.decode()
    assert (
        '<p class="text" lang="fr" dir="ltr">&lt;b&gt;Un&lt;/b&gt; <strong>deux</strong></p>'
        in text
    )
    assert '<p class="text" lang="ar" dir="rtl">ثلاثة</p>' in text
    assert '<p class="text" lang="es" dir="ltr">Formar.</p>' in text
    assert text.count("<p") == 3
    row.refresh_from_db()
    assert row.text_fr == FORMER


def test_the_preview_of_no_text_says_so(organiser):
    row = make_recommendation(status="draft")

    assert "No text yet." in preview(organiser, row, text_fr=" ").content.decode()


def test_beside_the_form_stand_reference_region_audience_rank_and_areas(organiser):
    row = make_recommendation(rank=1)

    aside = organiser.get(page(row)).content.decode().partition("<aside")[2]
    aside = aside.partition("</aside>")[0]

    for said in (row.reference, "Africa", "Governments", "rank 1", "<li>Media</li>"):
        assert said in aside
    assert "devraient former les <strong>juges</strong>" in aside


def test_the_preview_stays_within_the_wall(client):
    row = make_recommendation(status="draft")

    assert preview(client, row).status_code == 302
    assert preview(person("facilitator", "asia"), row).status_code == 404
    assert preview(person("administrator"), row).status_code == 404
    assert preview(person("observer", "africa"), row).status_code == 200
    assert client.get(page(row, "preview")).status_code == 302
