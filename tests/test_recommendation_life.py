"""What may happen to a recommendation, and what the database keeps."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from priorities.models import (
    AreaSynonym,
    AudienceInclusion,
    PriorityArea,
    Recommendation,
    RecommendationArea,
    RecommendationCountry,
    RecommendationInstrument,
    Section,
)
from priorities.models.vocabulary import Instrument
from regions.models import (
    ContentChange,
    Country,
    Edition,
    EditionPartner,
    Region,
    RegionalForum,
)

from .factories import (
    NOON,
    make_area,
    make_audience,
    make_edition,
    make_forum,
    make_recommendation,
    make_region,
    make_section,
)

pytestmark = pytest.mark.django_db


def refused(change, constraint):
    """The database itself says no, and names the rule."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        change()
    message = str(error.value)
    return constraint in message or "UNIQUE constraint failed" in message


def test_a_reference_is_given_once_and_counts_up_per_region():
    first, second = make_recommendation("africa"), make_recommendation("africa")
    elsewhere = make_recommendation("mena")

    assert [first.reference, second.reference] == ["2021-AFRIC-001", "2021-AFRIC-002"]
    assert elsewhere.reference == "2021-MENA-001"


def test_a_deleted_draft_does_not_free_its_reference():
    make_recommendation(status="draft").delete()

    assert make_recommendation().reference == "2021-AFRIC-002"


def test_a_reference_never_changes():
    recommendation = make_recommendation()
    recommendation.reference = "2021-AFRIC-099"

    with pytest.raises(ValidationError, match="never changes"):
        recommendation.save()


def test_moving_to_another_region_keeps_the_reference_and_drops_the_rank():
    recommendation = make_recommendation("africa", rank=1)
    section = make_section("mena")
    make_recommendation(section=section)

    recommendation.move_to(section)

    recommendation.refresh_from_db()
    assert recommendation.reference == "2021-AFRIC-001"
    assert (recommendation.section, recommendation.rank) == (section, None)
    assert recommendation.position == 2


def test_moving_among_concerns_drops_the_audience():
    recommendation = make_recommendation("africa")
    concerns = make_section("africa", kind=Section.Kind.CONCERNS)

    recommendation.move_to(concerns)

    assert recommendation.audience is None


def test_a_concern_with_an_audience_is_refused():
    concerns = make_section(kind=Section.Kind.CONCERNS)

    with pytest.raises(ValidationError, match="addressed to nobody"):
        make_recommendation(section=concerns, audience=make_audience())


def test_a_recommendation_without_audience_is_refused():
    with pytest.raises(ValidationError, match="choose one"):
        make_recommendation(audience=None)


def test_the_kind_of_a_section_with_entries_cannot_change():
    section = make_recommendation().section
    section.kind, section.audience = Section.Kind.CONCERNS, None

    with pytest.raises(ValidationError, match="cannot change"):
        section.save()


def test_publishing_needs_a_text_in_the_original_language():
    draft = make_recommendation(status="draft", original_language="en", text_en=None)

    with pytest.raises(
        ValidationError, match="2021-AFRIC-001 has no text in its original"
    ):
        draft.publish()


def test_publishing_many_is_all_or_nothing():
    good = make_recommendation(status="draft")
    make_recommendation(status="draft", original_language="es")

    with pytest.raises(ValidationError):
        Recommendation.objects.all().publish()

    good.refresh_from_db()
    assert good.status == Recommendation.Status.DRAFT


def test_publishing_again_keeps_the_first_date():
    recommendation = make_recommendation()
    recommendation.withdraw()

    recommendation.publish()

    assert recommendation.published_at == NOON


def test_two_published_entries_cannot_hold_one_rank():
    make_recommendation(rank=1)

    with pytest.raises(ValidationError, match="holds this rank"):
        make_recommendation(rank=1)


def test_ranking_swaps_ranks_at_once_and_tells_the_history_why():
    first, second = make_recommendation(rank=1), make_recommendation(rank=2)
    third = make_recommendation(rank=3)

    Recommendation.objects.all().rank([second, first], reason="ballot 12")

    ranks = Recommendation.objects.values_list("reference", "rank").order_by("pk")
    assert list(ranks) == [
        (first.reference, 2),
        (second.reference, 1),
        (third.reference, None),
    ]
    assert first.history.first().history_change_reason == "ballot 12"


def test_only_entries_of_one_section_are_ranked_together():
    with pytest.raises(ValidationError, match="one section"):
        Recommendation.objects.all().rank(
            [make_recommendation("africa"), make_recommendation("mena")], reason="x"
        )


def test_merging_hands_over_areas_and_countries_and_leads_to_the_other():
    kept = make_recommendation(areas=("media",))
    merged = make_recommendation(areas=("media", "research"))
    merged.tag(countries=[Country.objects.create(iso_code="NP")])

    merged.merge_into(kept)

    assert merged.status == Recommendation.Status.ARCHIVED
    assert merged.merged_target() == kept
    assert {area.slug for area in kept.areas.all()} == {"media", "research"}
    assert [str(country.iso_code) for country in kept.countries.all()] == ["NP"]


def test_two_recommendations_cannot_be_merged_into_each_other():
    one, other = make_recommendation(), make_recommendation()
    one.merge_into(other)

    with pytest.raises(ValidationError, match="lead to each other"):
        other.merge_into(one)


def test_inserting_many_gives_references_and_history():
    section = make_section()
    rows = [
        Recommendation(
            section=section, audience=section.audience, position=n, text_fr=f"Été {n}"
        )
        for n in range(1, 4)
    ]

    made = Recommendation.objects.all().add_all(rows, reason="import 7")

    assert [row.reference for row in made] == [f"2021-AFRIC-00{n}" for n in (1, 2, 3)]
    reasons = Recommendation.history.values_list("history_change_reason", flat=True)
    assert list(reasons) == ["import 7"] * 3


def test_inserting_many_with_their_tags():
    section = make_section()
    first, second = make_area("one"), make_area("two")
    rows = [
        Recommendation(
            section=section, audience=section.audience, position=n, text_fr=f"Été {n}"
        )
        for n in range(1, 3)
    ]

    made = Recommendation.objects.all().add_all(
        rows, "import 7", None, {"areas": [[first.pk, second.pk, first.pk], []]}
    )

    assert list(made[0].areas.order_by("slug")) == [first, second]
    assert not made[1].areas.exists()
    told = RecommendationArea.history.values_list("history_change_reason", flat=True)
    assert list(told) == ["import 7"] * 2


def test_rows_are_found_by_very_many_keys_at_once():
    row = make_recommendation()
    keys = range(row.pk, row.pk + 100_000)

    assert list(Recommendation.objects.filter(pk__among=keys)) == [row]
    assert not Recommendation.objects.filter(pk__among=[]).exists()


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        (
            lambda: Recommendation.objects.update(published_at=None),
            "published_has_a_date",
        ),
        (
            lambda: Recommendation.objects.update(text_fr=None),
            "published_has_its_original_text",
        ),
        (lambda: Recommendation.objects.update(text_en=""), "no_text_is_null"),
        (lambda: Recommendation.objects.update(reference=""), "reference_is_given"),
        (
            lambda: Recommendation.objects.update(status="draft"),
            "once_published_never_a_draft",
        ),
        (
            lambda: Recommendation.objects.update(
                merged_into=Recommendation.objects.last()
            ),
            "merged_is_archived",
        ),
        (
            lambda: Recommendation.objects.update(
                status="archived", merged_into=Recommendation.objects.first()
            ),
            "not_merged_into_itself",
        ),
        (lambda: Recommendation.objects.update(rank=0), "rank_starts_at_one"),
        (lambda: Recommendation.objects.update(rank=1), "rank_held_once"),
        (lambda: Recommendation.objects.update(reference="x"), "reference"),
        (
            lambda: Section.objects.update(kind="concerns"),
            "concerns_address_nobody",
        ),
        (
            lambda: Section.objects.update(first_page=9, last_page=4),
            "section_pages_in_order",
        ),
        (
            lambda: Section.objects.create(
                regional_forum=RegionalForum.objects.get(),
                position=1,
                audience=make_audience(),
            ),
            "section_position_is_taken_once",
        ),
        (
            lambda: RegionalForum.objects.update(
                starts_on="2021-06-02", ends_on="2021-06-01"
            ),
            "forum_ends_after_it_starts",
        ),
        (
            lambda: RegionalForum.objects.update(first_page=9, last_page=4),
            "forum_pages_in_order",
        ),
        (
            lambda: RegionalForum.objects.create(
                edition=Edition.objects.get(), region=Region.objects.get()
            ),
            "one_forum_per_region_and_edition",
        ),
        (lambda: Edition.objects.update(year=21), "edition_year_is_a_year"),
        (
            lambda: [
                EditionPartner.objects.create(
                    edition=Edition.objects.get(), role="sponsor"
                )
                for _twice in range(2)
            ],
            "partner_once_per_role",
        ),
        (lambda: Region.objects.update(code="af"), "region_code_is_capitals"),
        (
            lambda: Region.objects.update(parent=Region.objects.get()),
            "region_is_not_its_own_parent",
        ),
        (
            lambda: Country.objects.create(iso_code="Np"),
            "country_code_is_two_capitals",
        ),
        (
            lambda: AudienceInclusion.objects.create(
                joint=make_audience(), included=make_audience()
            ),
            "audience_does_not_include_itself",
        ),
        (
            lambda: [
                AudienceInclusion.objects.create(
                    joint=make_audience("both"), included=make_audience()
                )
                for _twice in range(2)
            ],
            "audience_included_once",
        ),
        (
            lambda: PriorityArea.objects.filter(slug="media").update(
                parent=PriorityArea.objects.get(slug="media")
            ),
            "area_is_not_its_own_group",
        ),
        (
            lambda: (
                [
                    AreaSynonym.objects.create(
                        area=make_area(), language="fr", label=label
                    )
                    for label in ("Presse", "Radio")
                ]
                and AreaSynonym.objects.update(folded="presse")
            ),
            "synonym_names_one_area",
        ),
        (
            lambda: RecommendationArea.objects.create(
                recommendation=Recommendation.objects.first(), area=make_area()
            ),
            "area_carried_once",
        ),
        (
            lambda: [
                RecommendationCountry.objects.create(
                    recommendation=Recommendation.objects.first(),
                    country=Country.objects.get_or_create(iso_code="NP")[0],
                )
                for _twice in range(2)
            ],
            "country_named_once",
        ),
        (
            lambda: [
                RecommendationInstrument.objects.create(
                    recommendation=Recommendation.objects.first(),
                    instrument=Instrument.objects.get_or_create(slug="iris")[0],
                )
                for _twice in range(2)
            ],
            "instrument_named_once",
        ),
    ],
)
def test_the_database_keeps_what_must_always_hold(change, constraint):
    make_recommendation()
    make_recommendation()

    assert refused(change, constraint)


def test_a_region_cannot_be_part_of_its_own_part():
    parent = make_region("americas")
    child = make_region("caribbean", parent=parent)
    parent.parent = child

    with pytest.raises(ValidationError, match="part of itself"):
        parent.save()


def test_a_word_is_a_synonym_of_one_area_only():
    AreaSynonym.objects.create(area=make_area("media"), language="fr", label="Presse")

    with pytest.raises(ValidationError, match="already a synonym of “Media”"):
        AreaSynonym.objects.create(
            area=make_area("research"), language="fr", label="PRESSE"
        )


def test_an_entry_without_a_position_goes_to_the_end():
    make_recommendation(position=7)

    assert make_recommendation(position=None).position == 8


def test_areas_have_two_levels():
    area = make_area("media")

    with pytest.raises(ValidationError, match="two levels"):
        make_area("press", parent=area)


def test_a_group_is_not_carried_by_recommendations():
    recommendation = make_recommendation()
    group = PriorityArea.objects.get(slug="prevention")

    with pytest.raises(ValidationError, match="is a group"):
        recommendation.tag(areas=[group])


@pytest.mark.parametrize(
    "used",
    [
        lambda r: r.areas.first(),
        lambda r: r.audience,
        lambda r: r.section,
        lambda r: r.section.regional_forum,
        lambda r: r.region,
        lambda r: r.section.regional_forum.edition,
    ],
)
def test_what_is_in_use_cannot_be_deleted(used):
    recommendation = make_recommendation()

    with pytest.raises(ProtectedError):
        used(recommendation).delete()


def test_every_change_is_in_the_history_with_before_and_after():
    recommendation = make_recommendation(text="Avant.")
    recommendation.text_fr = "Après."
    recommendation.save()

    newest, older = recommendation.history.all()[:2]

    changes = {c.field: (c.old, c.new) for c in newest.diff_against(older).changes}
    assert changes["text_fr"] == ("Avant.", "Après.")


def test_changing_what_it_is_about_is_in_the_history():
    recommendation = make_recommendation(areas=("media",))

    recommendation.tag(areas=[make_area("research")])

    steps = RecommendationArea.history.order_by("history_id").values_list(
        "area__slug", "history_type"
    )
    assert list(steps) == [("media", "+"), ("media", "-"), ("research", "+")]


def test_natural_keys_carry_slugs_and_references():
    recommendation = make_recommendation("mena")

    assert recommendation.natural_key() == ("2021-MENA-001",)
    assert recommendation.section.natural_key() == (2021, "mena", 1)
    assert Recommendation.objects.get_by_natural_key("2021-MENA-001") == recommendation
    assert Section.objects.get_by_natural_key(2021, "mena", 1) == recommendation.section


def test_the_two_numbers_of_two_people_never_collide():
    forum, same_forum = make_forum(), RegionalForum.objects.get(pk=make_forum().pk)

    assert forum.take_numbers(2) == ["2021-AFRIC-001", "2021-AFRIC-002"]
    assert same_forum.take_numbers() == ["2021-AFRIC-003"]


def test_drafts_and_unpublished_editions_are_not_published():
    shown = make_recommendation("africa")
    make_recommendation("africa", status="draft")
    make_recommendation("africa", status="in_review")
    make_recommendation("africa", status="archived")
    later = make_edition(2027, published_at=None)
    make_recommendation(section=make_section(regional_forum=make_forum(edition=later)))

    assert list(Recommendation.objects.published()) == [shown]
    assert list(Recommendation.objects.published().for_region(shown.region)) == [shown]
    assert list(Recommendation.objects.published().about(make_area("media"))) == [shown]


def test_ranking_again_keeps_the_ranks_that_do_not_change():
    first, second, third = (make_recommendation(rank=n) for n in (1, 2, 3))

    Recommendation.objects.all().rank([first, third, second], reason="again")

    ranks = Recommendation.objects.values_list("pk", "rank").order_by("pk")
    assert dict(ranks) == {first.pk: 1, third.pk: 2, second.pk: 3}


def test_a_forum_that_gave_references_is_kept_with_their_counter():
    draft = make_recommendation(status="draft")
    section, forum = draft.section, draft.section.regional_forum
    draft.delete()
    section.delete()

    with pytest.raises(ProtectedError):
        RegionalForum.objects.filter(pk=forum.pk).delete()


def test_two_stale_copies_cannot_merge_into_a_circle():
    one, other = make_recommendation(), make_recommendation()
    stale_one = Recommendation.objects.get(pk=one.pk)
    stale_other = Recommendation.objects.get(pk=other.pk)
    one.merge_into(other)

    with pytest.raises(ValidationError, match="lead to each other"):
        stale_other.merge_into(stale_one)


def test_merging_hands_over_instruments_too():
    kept, merged = make_recommendation(), make_recommendation()
    merged.tag(instruments=[Instrument.objects.create(slug="iris", kind="body")])

    merged.merge_into(kept)

    assert [instrument.slug for instrument in kept.instruments.all()] == ["iris"]


def test_moving_a_concern_among_recommendations_gives_it_the_lists_audience():
    concern = make_recommendation(section=make_section(kind=Section.Kind.CONCERNS))
    section = make_section("mena")

    concern.move_to(section)

    assert concern.audience == section.audience


def test_what_was_published_is_no_draft_again():
    published = make_recommendation()

    for step in (published.send_to_review, published.back_to_draft):
        with pytest.raises(ValidationError, match="withdraw it instead"):
            step()


def test_characters_that_no_file_can_carry_are_left_out():
    assert make_recommendation(text="Un\x0bdeux\x00").text_fr == "Un deux"


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r.save(),
        lambda r: r.withdraw(),
        lambda r: r.tag(areas=[make_area("research")]),
        lambda r: r.tag(areas=[]),
        lambda r: r.section.save(),
        lambda r: r.section.regional_forum.save(),
        lambda r: r.section.regional_forum.edition.save(),
        lambda r: r.region.save(),
        lambda r: r.audience.save(),
        lambda r: r.areas.first().save(),
        lambda r: AreaSynonym.objects.create(
            area=r.areas.first(), language="fr", label="Presse"
        ),
        lambda r: Recommendation.objects.all().rank([r], reason="x"),
        lambda r: Recommendation.objects.all().add_all(
            [
                Recommendation(
                    section=r.section,
                    audience=r.audience,
                    position=9,
                    text_fr="x",
                    status="published",
                    published_at=NOON,
                )
            ],
            reason="x",
        ),
    ],
)
def test_every_public_change_gives_the_data_a_new_version(change):
    recommendation = make_recommendation()
    before = ContentChange.objects.version().name

    change(recommendation)

    assert ContentChange.objects.version().name != before


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r.save(),
        lambda r: r.send_to_review(),
        lambda r: r.tag(areas=[make_area("media")]),
        lambda r: r.delete(),
    ],
)
def test_work_on_a_draft_shows_in_no_version(change):
    make_area("media")
    draft = make_recommendation(areas=(), status="draft")
    before = ContentChange.objects.version().name

    change(draft)

    assert ContentChange.objects.version().name == before


def test_an_edit_begun_before_publishing_does_not_take_it_back():
    draft = make_recommendation(status="draft")
    edited = Recommendation.objects.get(pk=draft.pk)
    draft.publish()

    edited.text_en = "Train judges."
    edited.save()

    edited.refresh_from_db()
    assert (edited.status, edited.text_en) == ("published", "Train judges.")
    assert edited.history.first().status == "published"


def test_a_forum_saved_from_an_old_copy_keeps_its_counter():
    forum = make_forum()
    old = RegionalForum.objects.get(pk=forum.pk)
    forum.take_numbers()

    old.save()

    assert RegionalForum.objects.get(pk=forum.pk).last_number == 1


def test_publishing_in_bulk_leaves_merged_ones_merged():
    kept, merged = make_recommendation(), make_recommendation()
    merged.merge_into(kept)

    assert Recommendation.objects.all().publish() == 0


def test_line_ends_are_one_kind():
    assert make_recommendation(text="Un\r\ndeux\rtrois").text_fr == "Un\ndeux\ntrois"
