"""Translators find the agenda among their texts: priorities, answers of regions, solutions."""

import pytest
from django.db import transaction
from django.urls import reverse

from agenda.models import GlobalPriority, ProtectedPlace, Stance
from translations.exchange import Accepted, bring_in
from translations.units import Selection, find, progress

from .agenda import answer, make_priority, published, sent
from .factories import make_recommendation
from .people import browser, make_user
from .solutions import make_solution

pytestmark = pytest.mark.django_db


@pytest.fixture
def translator(db):
    """Somebody of one region who translates into Spanish and Arabic."""
    make_recommendation("africa")
    return make_user(
        "translator", "reviewer", regions=["africa"], languages=["es", "ar"]
    )


def save(client, name, value, language="es", do="save"):
    address = reverse("translations:text", args=[language, name])
    mark = find(name).mark(language)
    return client.post(address, {"mark": mark, "translation": value, "do": do})


def ids(language, user=None):
    return set(Selection(language).ids(user))


def test_a_published_priority_is_translated_without_a_new_version(translator, client):
    priority = published(make_recommendation("asia"))
    name = f"priority/{priority.reference}/title"

    assert save(browser(translator), name, "Formar a los jueces").status_code == 302

    priority.refresh_from_db()
    assert (priority.title_es, priority.state_in("es")) == (
        "Formar a los jueces",
        "draft",
    )
    assert priority.changed_since_sent() is None
    page = client.get(f"/es/agenda/{priority.reference}/").content.decode()
    assert '<h1 lang="es" dir="ltr">Formar a los jueces</h1>' in page
    assert "Translated" not in page


def test_only_organisers_find_what_is_not_public(translator):
    waiting = sent(make_recommendation("asia"))
    draft = make_priority(make_recommendation("asia"))
    hidden = make_solution("in-review")
    theirs = answer(waiting, "asia", "objection", "Too early.")
    names = {
        f"priority/{waiting.reference}/title",
        f"priority/{draft.reference}/statement",
        f"solution/{hidden.pk}/what",
        f"stance/{waiting.reference}/{theirs.version}/asia/reason",
    }

    assert names & ids("es", translator) == set()
    assert names <= ids("es")
    address = reverse("translations:text", args=["es", min(names)])
    assert browser(translator).get(address).status_code == 404


def test_the_answer_of_ones_own_region_is_found_before_it_is_public(translator):
    waiting = sent(make_recommendation("africa"), make_recommendation("asia"))
    for region in ("africa", "asia"):
        answer(waiting, region, "reservation", "Too early.")

    found = {name for name in ids("es", translator) if name.startswith("stance")}

    assert found == {f"stance/{waiting.reference}/1/africa/reason"}
    counts = progress(["es"], translator)["es"]
    assert counts["stance.reason", "africa"] == {"missing": 1}


def test_readers_see_why_a_region_objects_in_their_language_or_as_it_was_said(client):
    priority = sent(make_recommendation("asia"))
    stance = answer(priority, "asia", "objection", "It forgets **domestic** work.")
    priority.publish()
    address = f"/es/agenda/{priority.reference}/"

    assert (
        '<p class="text" lang="en" dir="ltr">It forgets <strong>domestic</strong> work.</p>'
        '<p class="state">Aún sin traducir; este es el original.</p>'
    ) in client.get(address).content.decode()

    name = f"stance/{priority.reference}/1/asia/reason"
    editor = browser(make_user("editor", "organiser", languages=["es"]))
    save(editor, name, "Olvida el trabajo doméstico.")
    assert (
        '<p class="text" lang="es" dir="ltr">Olvida el trabajo doméstico.</p>'
        in client.get(address).content.decode()
    )
    before = stance.given_at
    stance.refresh_from_db()
    assert (stance.given_at, stance.state_in("es")) == (before, "draft")


def test_another_reason_leaves_no_translation_of_the_first():
    priority = sent(make_recommendation("asia"))
    stance = answer(priority, "asia", "objection", "It forgets domestic work.")
    stance.translate("es", {"reason": "Olvida."}, 1)
    stance.save()
    answer(priority, "asia", "objection", "It forgets domestic work.")
    assert Stance.objects.get().reason_es == "Olvida."

    answer(priority, "asia", "objection", "It comes too early.")

    stance = Stance.objects.get()
    assert (stance.reason_en, stance.reason_es) == ("It comes too early.", None)


def test_the_answer_to_a_priority_of_one_region_is_translated(client):
    row = make_recommendation("asia")
    published(row)
    place = ProtectedPlace.objects.create(
        recommendation=row, left_because_en="It concerns one country."
    )
    assert place.original_language == "en"
    editor = browser(make_user("editor", "organiser", languages=["ar"]))

    save(editor, f"place/{row.reference}/left_because", "لأنه يخص بلداً واحداً.", "ar")

    page = client.get(f"/ar/recommendations/{row.reference}/").content.decode()
    assert '<p class="text" lang="ar" dir="rtl">لأنه يخص بلداً واحداً.</p>' in page
    page = client.get(f"/fr/recommendations/{row.reference}/").content.decode()
    assert '<p class="text" lang="en" dir="ltr">It concerns one country.</p>' in page


def test_a_solution_is_translated_and_a_change_of_it_is_no_text_of_its_own(
    translator, client
):
    solution = make_solution()
    change = solution.begin_change(translator)
    names = ids("es", translator)

    assert f"solution/{solution.pk}/sign" in names
    assert f"solution/{change.pk}/sign" not in ids("es")
    save(browser(translator), f"solution/{solution.pk}/what", "Formar a 200 jueces.")
    page = client.get(f"/es/solutions/{solution.pk}/").content.decode()
    assert "Formar a 200 jueces." in page


@pytest.mark.parametrize(
    "name",
    [
        "solution/x/what",
        "solution/٣/what",
        f"solution/{10**30}/what",
        "stance/2021-GLOBAL-01/x/asia/reason",
        "priority/2021-GLOBAL-99/title",
        "priority/2021-GLOBAL-99/area",
    ],
)
def test_a_name_that_names_nothing_is_not_found(name, client):
    editor = browser(make_user("editor", "organiser", languages=["es"]))

    answer = editor.get(reverse("translations:text", args=["es", name]))

    assert answer.status_code == 404


def test_the_pages_of_translators_show_texts_of_the_agenda(english_pages):
    priority = published(make_recommendation("asia"))
    editor = browser(make_user("editor", "organiser", languages=["es"]))

    page = editor.get(
        reverse("translations:language", args=["es"]), {"kind": "priority.statement"}
    ).content.decode()
    text = editor.get(
        reverse(
            "translations:text", args=["es", f"priority/{priority.reference}/statement"]
        )
    ).content.decode()

    assert "statement of a global priority" in page
    assert "Tous les juges sont formés." in page
    own = reverse("admin:agenda_globalpriority_change", args=[priority.pk])
    assert f'href="{own}"' in text
    assert GlobalPriority.objects.get().statement_es is None


def test_a_translation_that_names_somebody_is_not_public_unseen(translator, client):
    solution = make_solution()
    name, words = f"solution/{solution.pk}/what", "Llamar a María González."
    mine = browser(translator)

    refused = save(mine, name, words)

    assert refused.status_code == 400
    assert "María González" in refused.content.decode()
    solution.refresh_from_db()
    assert solution.what_es is None

    said = find(name)
    accepted = Accepted(name, words, said.version, said.mark("es"), False)
    with transaction.atomic():
        assert bring_in([accepted], "es", translator, False) == (0, [name])
    solution.refresh_from_db()
    assert solution.what_es is None


def test_a_translated_answer_names_nobody_anew(translator):
    priority = sent(make_recommendation("africa"))
    answer(priority, "africa", "objection", "They ask Juan Pérez.")
    priority.confirm_personal_data()
    priority.publish()
    name = f"stance/{priority.reference}/1/africa/reason"
    mine = browser(translator)

    assert save(mine, name, "Pregunten a María González.").status_code == 400
    assert save(mine, name, "Pregunten a Juan Pérez.").status_code == 302
    assert Stance.objects.get().reason_es == "Pregunten a Juan Pérez."
