"""The words of the base are concepts that other vocabularies can point to (SKOS)."""

from itertools import combinations

import pytest
import rdflib
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rdflib.compare import isomorphic
from rdflib.namespace import DCTERMS, OWL, RDF, SKOS

from priorities.models import AreaSynonym, AudienceInclusion
from regions.models import ContentChange

from .factories import make_area, make_audience, make_edition, make_region

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings(
        "ignore:ConjunctiveGraph:DeprecationWarning"
    ),  # rdflib's
]
SITE = "https://forum.example"


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL = SITE


def graph(client, kind="ttl"):
    text = client.get(f"/data/concepts.{kind}").content.decode()
    return rdflib.Graph().parse(
        data=text, format={"ttl": "turtle", "jsonld": "json-ld"}[kind]
    )


def concept(slug, scheme="areas"):
    return rdflib.URIRef(f"{SITE}/id/{scheme}/{slug}")


def test_an_area_in_turtle_to_the_letter(client):
    media = make_area("media", name_fr="Médias", description_en='The "press".')
    AreaSynonym.objects.create(area=media, language="en", label="press\\papers")
    AreaSynonym.objects.create(area=media, language="en", label="Media")

    response = client.get("/data/concepts.ttl")

    assert response["Content-Type"] == "text/turtle; charset=utf-8"
    text = response.content.decode()
    start = text.index(f"<{SITE}/id/areas/media> a")
    assert text[start : text.index(" .\n", start)] == (
        f"<{SITE}/id/areas/media> a skos:Concept ;\n"
        f"  skos:inScheme <{SITE}/id/areas> ;\n"
        '  skos:prefLabel "Médias"@fr, "Media"@en ;\n'
        f"  skos:broader <{SITE}/id/areas/prevention> ;\n"
        '  skos:altLabel "press\\\\papers"@en ;\n'
        '  skos:definition "The \\"press\\"."@en'
    )


def test_a_scheme_tells_its_licence_version_and_top_concepts(client):
    make_area("media")

    told = graph(client)

    scheme = rdflib.URIRef(f"{SITE}/id/areas")
    assert set(told.predicate_objects(scheme)) == {
        (RDF.type, SKOS.ConceptScheme),
        (DCTERMS.title, rdflib.Literal("Domaines prioritaires", "fr")),
        (DCTERMS.title, rdflib.Literal("Priority areas", "en")),
        (DCTERMS.title, rdflib.Literal("Áreas prioritarias", "es")),
        (DCTERMS.title, rdflib.Literal("المجالات ذات الأولوية", "ar")),
        (DCTERMS.publisher, rdflib.Literal("Freedom From Slavery Forum")),
        (
            DCTERMS.license,
            rdflib.URIRef("https://creativecommons.org/licenses/by/4.0/"),
        ),
        (OWL.versionInfo, rdflib.Literal(ContentChange.objects.version().name)),
        (SKOS.hasTopConcept, concept("prevention")),
    }


def test_a_merged_area_says_what_took_its_place(client):
    kept, gone = make_area("media"), make_area("press")
    gone.merged_into = kept
    gone.save()

    told = graph(client)

    assert set(told.predicate_objects(concept("press"))) == {
        (RDF.type, SKOS.Concept),
        (SKOS.inScheme, rdflib.URIRef(f"{SITE}/id/areas")),
        (SKOS.prefLabel, rdflib.Literal("Press", "en")),
        (DCTERMS.isReplacedBy, concept("media")),
        (OWL.deprecated, rdflib.Literal(True)),
    }
    assert set(told.objects(concept("prevention"), SKOS.narrower)) == {kept_in(kept)}


def kept_in(area):
    return concept(area.slug)


def test_a_joint_audience_is_related_to_those_it_includes(client):
    joint, one = make_audience("all"), make_audience("governments")
    AudienceInclusion.objects.create(joint=joint, included=one)

    told = graph(client)

    here, there = concept("all", "audiences"), concept("governments", "audiences")
    assert set(told.subject_objects(SKOS.related)) == {(here, there), (there, here)}


def test_regions_are_a_tree_with_codes(client):
    whole = make_region("americas")
    make_region("caribbean", code="CAR", parent=whole)

    told = graph(client)

    part = concept("caribbean", "regions")
    assert set(told.objects(part, SKOS.notation)) == {rdflib.Literal("CAR")}
    assert set(told.objects(part, SKOS.broader)) == {concept("americas", "regions")}
    assert set(told.subjects(SKOS.topConceptOf)) == {concept("americas", "regions")}


HOSTILE = 'a"b\\c\r\n<d> & {e} \u202eabc\u0007 ' + "x" * 80


def test_hostile_words_stay_words(client):
    make_area("media", name_ar=HOSTILE)

    for kind in ("ttl", "jsonld"):
        labels = set(graph(client, kind).objects(concept("media"), SKOS.prefLabel))
        assert labels == {
            rdflib.Literal("Media", "en"),
            rdflib.Literal('a"b\\c <d> & {e} abc ' + "x" * 80, "ar"),
        }


@pytest.mark.parametrize(
    ("accepted", "language", "there"),
    [
        ("text/html,*/*;q=0.8", "ar", "/ar/areas/media/"),
        ("", "es", "/es/areas/media/"),
        ("text/turtle", "en", "/data/concepts.ttl"),
        ("application/ld+json;q=0.9,text/html;q=0.1", "en", "/data/concepts.jsonld"),
        ("image/png", "sw", "/fr/areas/media/"),
    ],
)
def test_the_address_of_a_concept_leads_to_what_is_asked_for(accepted, language, there):
    make_area("media")

    response = Client().get(
        "/id/areas/media", headers={"Accept": accepted, "Accept-Language": language}
    )

    assert (response.status_code, response["Location"]) == (303, there)
    assert {"Accept", "Accept-Language"} <= set(response["Vary"].split(", "))
    assert not response.cookies


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("areas", "/en/areas/"),
        ("audiences", "/en/recommendations/"),
        ("audiences/governments", "/en/recommendations/?audience=governments"),
        ("regions", "/en/regions/"),
        ("regions/africa", "/en/regions/africa/"),
    ],
)
def test_schemes_audiences_and_regions_have_addresses_too(client, path, there):
    make_edition()
    make_region("africa")
    make_audience("governments")

    response = client.get(f"/id/{path}", headers={"Accept-Language": "en"})

    assert response["Location"] == there
    assert client.get(there).status_code == 200


@pytest.mark.parametrize("path", ["areas/x", "regions/x", "audiences/x", "countries"])
def test_an_unknown_concept_is_not_there(client, path):
    assert client.get(f"/id/{path}").status_code == 404


def test_the_page_of_an_area_names_its_data(client):
    make_area("media")

    page = client.get("/en/areas/media/").content.decode()

    assert '<link rel="alternate" type="text/turtle" href="/data/concepts.ttl">' in page


# The real words, loaded for what follows.


@pytest.mark.usefixtures("edition_2021")
def test_both_files_are_the_same_graph(client):
    turtle, json_ld = graph(client), graph(client, "jsonld")

    assert isomorphic(turtle, json_ld)
    assert len(turtle) > 1000


@pytest.mark.usefixtures("edition_2021")
def test_the_conditions_of_skos_hold(client):
    told = graph(client)

    concepts = set(told.subjects(RDF.type, SKOS.Concept))
    schemes = set(told.subjects(RDF.type, SKOS.ConceptScheme))
    assert len(schemes) == 3
    assert not concepts & schemes  # S9
    for one in concepts:
        labels = list(told.objects(one, SKOS.prefLabel))
        others = set(told.objects(one, SKOS.altLabel))
        languages = [label.language for label in labels]
        assert len(languages) == len(set(languages)), one  # S14
        assert not set(labels) & others, one  # S13
        assert {"fr", "en", "es", "ar"} >= set(languages)
        assert len(set(told.objects(one, SKOS.inScheme))) == 1
        above = set(told.transitive_objects(one, SKOS.broader)) - {one}
        assert not above & set(told.objects(one, SKOS.related)), one  # S27
        assert one not in {
            higher
            for parent in told.objects(one, SKOS.broader)
            for higher in told.transitive_objects(parent, SKOS.broader)
        }
    assert both_ways(told, SKOS.broader, SKOS.narrower)  # S25
    assert both_ways(told, SKOS.topConceptOf, SKOS.hasTopConcept)  # S8
    assert both_ways(told, SKOS.related, SKOS.related)  # S23


@pytest.mark.usefixtures("edition_2021")
def test_what_is_pointed_to_is_there(client):
    told = graph(client)

    ours = {node for node in told.all_nodes() if str(node).startswith(SITE)}
    assert ours == set(told.subjects())
    for node in ours:
        path = str(node).removeprefix(SITE)
        page = client.get(path, headers={"Accept-Language": "es"}, follow=True)
        assert page.status_code == 200, path
        assert page.redirect_chain[0][1] == 303


@pytest.mark.usefixtures("edition_2021")
def test_no_two_areas_go_by_one_label(client):
    told = graph(client)

    labels = [
        set(told.objects(one, SKOS.prefLabel))
        for one in told.subjects(SKOS.inScheme, rdflib.URIRef(f"{SITE}/id/areas"))
    ]
    assert not [both for both in combinations(labels, 2) if both[0] & both[1]]


@pytest.mark.usefixtures("edition_2021")
def test_it_takes_few_queries(client):
    with CaptureQueriesContext(connection) as queries:
        client.get("/data/concepts.ttl?drawn=anew")

    kinds = [query["sql"][:100] for query in queries]
    assert len([sql for sql in kinds if "contentchange" not in sql]) <= 8, kinds


def both_ways(told, one, other):
    return set(told.subject_objects(one)) == {
        (subject, there) for there, subject in told.subject_objects(other)
    }
