"""A person's data goes for good; that it went stays on record."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from priorities.models import Recommendation
from priorities.models.recommendation import Part
from workshops.models import ImportFile, NoteImport, Redaction, WorkshopNote

from .test_wizard import HEAD, step, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("edition_2021")]
ROW = "Africa,Governments,Media,Listen to Zawadi  Quenby when the door opens,1\n"


@pytest.fixture
def administrator(db):
    User.objects.create_superuser("root", password="a long phrase")
    client = Client()
    client.force_login(User.objects.get(username="root"))
    return client


def brought_in(client):
    upload(client, HEAD + ROW)
    step(client, "bring", which="all", personal="checked")
    note = WorkshopNote.objects.get()
    note.recommendation.text_fr = "Écouter ZAWADI QUENBY quand la porte s’ouvre"
    note.recommendation.change_because("translated")
    return note


def ask(client, note, **data):
    address = reverse("admin:workshops_workshopnote_redact", args=[note.pk])
    return client.post(address, data, headers={"accept-language": "en"})


def everything():
    """All that the database holds of notes and what came of them, as one text."""
    rows = [
        *Recommendation.objects.values(),
        *Recommendation.history.values(),
        *WorkshopNote.objects.values(),
        *NoteImport.objects.values(),
        *Redaction.objects.values(),
    ]
    return json.dumps(rows, default=str, ensure_ascii=False).casefold()


def test_words_go_from_note_text_history_and_file(administrator):
    note = brought_in(administrator)
    assert "quenby" in everything()

    answer = ask(administrator, note, words="Zawadi Quenby", reason="she asked for it")

    assert "Taken out in" in answer.content.decode()
    assert "quenby" not in everything()
    assert not ImportFile.objects.exists()
    row = Recommendation.objects.get(pk=note.recommendation_id)
    assert row.text_en == "Listen to ▮▮▮ when the door opens"
    assert row.state_in("fr") == "draft"
    assert row.history.count() == 3
    redaction = Redaction.objects.get()
    assert (redaction.redacted_by.username, redaction.reason) == (
        "root",
        "she asked for it",
    )


def test_words_go_from_what_it_was_merged_into_and_split_into_too(administrator):
    note = brought_in(administrator)
    rows = Recommendation.objects
    first = rows.get(pk=note.recommendation_id)
    stays = rows.create(
        section=first.section,
        audience=first.audience,
        text_en="Go.",
        original_language="en",
    )
    rows.all().merge(stays, [first], {"en": first})
    stays.refresh_from_db()
    part = Part(stays.text_en, stays.audience, [])
    rows.all().split(stays, [part, Part("Go.", stays.audience, [])])

    ask(administrator, note, words="Zawadi Quenby", reason="she asked for it")

    assert "quenby" not in everything()
    assert rows.filter(text_en__contains="▮▮▮").count() == 3


def test_the_reason_never_repeats_what_was_taken_out(administrator):
    note = brought_in(administrator)

    ask(administrator, note, words="Zawadi Quenby", reason="about zawadi quenby")

    assert not Redaction.objects.exists()
    assert "quenby" in everything()


def test_the_same_words_elsewhere_are_named(administrator):
    note = brought_in(administrator)
    other = Recommendation.objects.exclude(pk=note.recommendation_id).first()
    other.text_en = "Zawadi Quenby again"
    other.change_because("x")

    answer = ask(administrator, note, words="Zawadi Quenby", reason="asked")

    assert other.reference in answer.content.decode()


def test_an_organiser_cannot_redact_and_nobody_deletes_the_record(
    organiser, administrator
):
    note = brought_in(administrator)
    assert ask(organiser, note, words="Zawadi", reason="x").status_code == 404
    ask(administrator, note, words="Zawadi Quenby", reason="asked")

    redaction = Redaction.objects.get()
    address = reverse("admin:workshops_redaction_delete", args=[redaction.pk])
    assert administrator.post(address, {"post": "yes"}).status_code == 404
    change = reverse("admin:workshops_redaction_change", args=[redaction.pk])
    assert administrator.post(change, {"reason": "y"}).status_code == 404
