"""Commands report in the language of the terminal; what programs read stays the same."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from forum.terminal import language

from .apart import finished, written

RIGHT = ["Africa", "Governments", "Media", "Open a quiet door in each town hall", 1]
WRONG = ["Africca", "Governments", "Media", "Pay interpreters on the day they work", 2]


@pytest.mark.parametrize(
    ("said", "spoken"),
    [
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "es_MX.UTF-8@modern"}, "es"),
        ({"LC_MESSAGES": "ar", "LANG": "en_GB.UTF-8"}, "ar"),
        ({"LC_ALL": "en", "LC_MESSAGES": "ar", "LANG": "es"}, "en"),
        ({"LC_ALL": "", "LANG": "en"}, "en"),
        ({"LANG": "sw_KE.UTF-8"}, "fr"),
        ({"LC_ALL": "C", "LANG": "en"}, "fr"),
        ({}, "fr"),
    ],
)
def test_the_terminal_says_its_language(monkeypatch, said, spoken):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in said.items():
        monkeypatch.setenv(name, value)

    assert language() == spoken


def test_an_import_is_reported_in_the_language_of_the_terminal(apart, tmp_path):
    path = str(written(tmp_path / "notes.csv", [RIGHT, WRONG]))
    command = ["import_notes", path, "--edition", "2021", "--dry-run"]

    said, status = finished(apart.start(*command, LC_ALL="es_MX.UTF-8"))
    assert status == 1
    assert said.splitlines()[-2:] == [
        "filas: 2, por crear: 1, por modificar: 0, sin cambios: 0, "
        "con texto repetido: 0, por corregir: 1, por revisar: 0",
        "No se guardó nada.",
    ]
    reports = []
    for spoken in ("en", "ar"):
        out, status = finished(apart.start(*command, "--json", LC_ALL=spoken))
        assert status == 1
        reports.append(json.loads(out))
    messages = [
        [
            problem.pop("message")
            for row in report["rows"]
            for problem in row["problems"]
        ]
        for report in reports
    ]
    assert reports[0] == reports[1]
    assert messages[0] != messages[1]


REPORTS = {
    "fr": [
        "L’édition 2021 est déjà là ; rien n’a changé.",
        "Compte de l’équipe d’organisation : amina",
        "0 fichier supprimé.",
        "Il n’y a pas d’import 7.",
    ],
    "en": [
        "Edition 2021 is already here; nothing changed.",
        "Organiser account: amina",
        "0 files deleted.",
        "There is no import 7.",
    ],
    "es": [
        "La edición 2021 ya está aquí; no se cambió nada.",
        "Cuenta del equipo organizador: amina",
        "Se borraron 0 archivos.",
        "No existe la importación 7.",
    ],
    "ar": [
        "الدورة 2021 موجودة من قبل؛ لم يتغير شيء.",
        "حساب فريق التنظيم: amina",
        "لم يُحذف أي ملف (0).",
        "لا يوجد استيراد برقم 7.",
    ],
}


@pytest.mark.django_db
@pytest.mark.usefixtures("edition_2021")
@pytest.mark.parametrize("spoken", REPORTS)
def test_every_command_reports_in_every_language(spoken):
    out = io.StringIO()
    with translation.override(spoken):
        call_command("load_edition", 2021, stdout=out)
        call_command("create_organiser", "amina", stdout=out)
        call_command("forget_files", stdout=out)
        with pytest.raises(CommandError) as refusal:
            call_command("undo_import", 7)

    loaded, account, _password, _once, forgotten = out.getvalue().splitlines()
    assert [loaded, account, forgotten, str(refusal.value)] == REPORTS[spoken]
