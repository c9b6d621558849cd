"""A table is found in whatever a spreadsheet program saved, or refused with advice."""

import io
import os
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from workshops.columns import Mapping, recognised
from workshops.spreadsheets import Choices, Limits, Refused, read
from workshops.spreadsheets.text import ENCODINGS, looks_damaged

NOTES = Path(__file__).with_name("notes")
LIMITS = Limits(5 * 1024 * 1024, 50 * 1024 * 1024, 5_000, 50, 20_000)
FRENCH = (
    "Région;Recommandation;Priorité\r\n"
    "Afrique;Créer un fonds où l’État s’engage à protéger les élèves;1\r\n"
    "Europe;Former des juges à l’écoute, « sans préjugés »;2\r\n"
)
ARABIC = "المنطقة,التوصية\nأفريقيا,تدريب القضاة على الاستماع إلى الناجين\n"


def table_in(data, name="notes.csv", **choices):
    return read(io.BytesIO(data), name, LIMITS, recognised, Choices(**choices))


def cells_in(data, name="notes.csv", **choices):
    return [line.cells for line in table_in(data, name, **choices).lines]


def workbook(*rows, merged=()):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    return saved(book)


def sheets(**rows):
    """A workbook of several sheets, each with the rows given under its name."""
    book = Workbook()
    book.remove(book.active)
    for title, cells in rows.items():
        sheet = book.create_sheet(title)
        for row in cells:
            sheet.append(row)
    return saved(book)


def saved(book):
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def zipped(*names):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, b"<x/>")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "windows-1252"),
        ("mac_roman", "mac-roman"),
    ],
)
def test_the_encoding_is_found(encoding, found):
    table = table_in(FRENCH.encode(encoding))

    assert table.encoding.name == found
    assert not table.encoding.is_in_doubt
    assert next(table.lines).cells[1].startswith("Créer un fonds où l’État")


def test_latin_9_is_told_from_windows_1252_by_its_ligatures():
    text = (
        "Région;Texte\nAfrique;Mettre la main à l'œuvre pour 100 € en cœur de ville\n"
    )

    table = table_in(text.encode("iso8859-15"))

    assert table.encoding.name == "iso-8859-15"
    assert "œuvre" in next(table.lines).cells[1]


def test_arabic_in_one_byte_is_shown_in_two_readings():
    table = table_in(ARABIC.encode("cp1256"))

    assert table.encoding.is_in_doubt
    assert table.encoding.others[0].encoding == "windows-1256"
    assert "تدريب القضاة" in table.encoding.others[0].line
    assert len({reading.line for reading in table.encoding.others}) > 1


@pytest.mark.parametrize(
    "text",
    [
        "Don’t keep the worker’s passport",
        "Pay the workers’ wages",
        "Payer l’eau, et qu’on n’attende plus",
        "Aujourd’hui à N’Djamena",
        "N’Djamena",
        "Proteger más a las víctimas del país, día y noche",
        "The ‘good’ contract",
    ],
)
@pytest.mark.parametrize(
    ("encoding", "found"), [("cp1252", "windows-1252"), ("mac_roman", "mac-roman")]
)
def test_the_apostrophe_of_windows_is_told_from_the_i_of_a_mac(text, encoding, found):
    table = table_in(f"Region;Text\nAsia;{text}\n".encode(encoding))

    assert table.encoding.name == found
    assert not table.encoding.is_in_doubt
    assert next(table.lines).cells[1] == text


@pytest.mark.parametrize(
    ("text", "encoding", "other"),
    [("Sana’a", "cp1252", "Sanaía"), ("el día", "mac_roman", "el d’a")],
)
def test_an_apostrophe_that_may_be_an_i_is_asked_about(text, encoding, other):
    table = table_in(f"Region;Text\nMENA;{text}\n".encode(encoding))

    assert {reading.line for reading in table.encoding.others} == {
        f"MENA;{text}",
        f"MENA;{other}",
    }


def test_readings_that_do_not_differ_leave_no_doubt():
    table = table_in("Region;Text\nAsia;Pay £20\n".encode("cp1252"))

    assert not table.encoding.is_in_doubt
    assert next(table.lines).cells[1] == "Pay £20"


def test_readings_that_are_offered_differ():
    table = table_in("Region;Text\nEurope;Maßnahmen für Mädchen\n".encode("cp1252"))

    lines = [reading.line for reading in table.encoding.others]
    assert lines[0] == "Europe;Maßnahmen für Mädchen"
    assert len(set(lines)) == len(lines) == 3


def test_a_mac_file_that_happens_to_be_utf_8_is_not_read_as_armenian():
    table = table_in("Region;Text\nAfrica;Ouvrir l’école\n".encode("mac_roman"))

    assert table.encoding.name == "mac-roman"


def test_arabic_of_the_older_standard_is_asked_about_and_read_right():
    table = table_in(ARABIC.encode("iso8859-6"))

    assert table.encoding.name == "iso-8859-6"
    assert "windows-1256" in [reading.encoding for reading in table.encoding.others]
    assert "تدريب القضاة" in table.encoding.others[0].line


def test_letters_of_no_known_encoding_are_refused():
    with pytest.raises(Refused, match="No encoding known here"):
        table_in("Bölge;Metin\nAsya;çocuk ışık şey\n".encode("cp1254"))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (FRENCH.encode().replace("é".encode(), b"\xe9", 1), "row 1, as in “R�gion”"),
        (FRENCH.encode().replace("à".encode(), b"\xe0"), "row 2, 3, as in “"),
        (b"\xef\xbb\xbf" + FRENCH.encode()[:-4] + b"\xc3", "row 3, as in “à l’é"),
    ],
)
def test_utf_8_with_damaged_bytes_is_refused_and_says_where(data, told):
    with pytest.raises(Refused) as refusal:
        table_in(data)

    assert f"UTF-8 with damaged bytes in {told}" in str(refusal.value)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_file_read_twice_is_shown_as_it_is_and_repaired(mark):
    once = "Région;Texte\r\nAfrique;À l’école — « là »\r\n"
    data = (mark + once.encode().decode("latin-1")).encode()

    table = table_in(data)

    assert [reading.encoding for reading in table.encoding.others] == [
        "utf-8, read twice",
        "utf-8",
    ]
    assert cells_in(data, encoding="utf-8, read twice") == [
        ["Afrique", "À l’école — « là »"]
    ]
    assert looks_damaged(cells_in(data, encoding="utf-8")[0][1])


def test_what_could_only_by_chance_be_repaired_is_not_in_doubt():
    table = table_in("Region;Text\nAfrica;LIBERTÉ\u00a0: oui\n".encode())

    assert not table.encoding.is_in_doubt


def test_one_damaged_cell_puts_no_whole_file_in_doubt():
    text = "Région;Texte\nAfrique;Ã‰couter\n"

    table = table_in(text.encode())

    assert not table.encoding.is_in_doubt
    assert next(table.lines).cells[1] == "Ã‰couter"


def test_a_chosen_encoding_is_not_doubted():
    table = table_in(ARABIC.encode("cp1256"), encoding="windows-1256")

    assert not table.encoding.is_in_doubt
    assert next(table.lines).cells[0] == "أفريقيا"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_separators_and_line_ends_are_found(separator, end):
    rows = [["Region", "Recommendation", "Rank"], ["Asia", "Open a door", "1"]]
    text = end.join(separator.join(row) for row in rows) + end

    table = table_in(text.encode())

    assert table.delimiter == separator
    assert [line.cells for line in table.lines] == [rows[1]]


def test_rows_are_numbered_as_a_spreadsheet_shows_them():
    text = 'Workshop report\n\nRegion,Text\nAsia,"two\nlines"\n\nAfrica,one\n'

    table = table_in(text.encode())

    assert table.heading_row == 3
    assert [(line.number, line.cells[1]) for line in table.lines] == [
        (4, "two\nlines"),
        (6, "one"),
    ]


def test_hashtags_under_the_headings_are_no_row_and_tell_the_language():
    text = "Where,Words\n#region,#recommendation+es\nAsia,abrir puertas\n"

    table = table_in(text.encode())

    assert table.hashtags == ["#region", "#recommendation+es"]
    mapping = Mapping.proposed(table.headings, table.hashtags)
    assert mapping.columns == ["region", "text:es"]
    assert [line.number for line in table.lines] == [3]


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (b"", "notes.csv", "empty"),
        (b"Region,Text\n", "notes.csv", "No rows were found"),
        (b"Region,region\nAsia,Africa\n", "notes.csv", "appears twice"),
        (b'Region,Text\nAsia,"open\nAfrica,b\n', "notes.csv", "never closes"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "notes.xls", ".xlsx or .csv"),
        (b"PK\x03\x04" + bytes(100), "notes.xlsx", "damaged"),
        (
            b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
            "notes.csv",
            "This is a picture",
        ),
        (b"Region,Text\n" + b"a,b\n" * 5_001, "notes.csv", "more than 5000 rows"),
        (",".join(f"h{n}" for n in range(51)).encode() + b"\n1\n", "n.csv", "51 col"),
        (b"x" * (5 * 1024 * 1024 + 1), "notes.csv", "up to 5 MB"),
        (b"Region,Text\nAsia,b\n", "notes.xlsm", ".xlsx or .csv"),
    ],
)
def test_what_cannot_be_read_is_refused_with_advice(data, name, told):
    with pytest.raises(Refused, match=told):
        list(table_in(data, name).lines)


OLD_OFFICE = b"\xd0\xcf\x11\xe0" + bytes(600)
TYPES = "[Content_Types].xml"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", "This is a PDF"),
        (b"{\\rtf1\\ansi Region;Text}", "This is a text document"),
        (b"\xef\xbb\xbf\n<!DOCTYPE html><table><tr><td>a", "This is a web page"),
        (b"<html><body><table>", "This is a web page"),
        (b'<?xml version="1.0"?><Workbook/>', "This is a web page or XML"),
        (b'[{"Region": "Asia", "Text": "a"}]', "This is JSON"),
        (b'{\n "rows": []}', "This is JSON"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "This is a picture"),
        (b"\xff\xd8\xff\xe0" + bytes(99), "This is a picture"),
        (b"\x1f\x8b\x08" + bytes(99), "This is an archive"),
        (zipped("notes/asia.xlsx", "notes/africa.xlsx"), "This is an archive"),
        (zipped(TYPES, "word/document.xml"), "This is a text document"),
        (zipped(TYPES, "ppt/presentation.xml"), "This is a presentation"),
        (zipped("mimetype", "content.xml"), "This kind of file"),
        (zipped("Index/Document.iwa"), "This kind of file"),
        (zipped(TYPES, "xl/workbook.bin"), "This kind of file"),
        (OLD_OFFICE, "This kind of file"),
        (OLD_OFFICE + "WordDocument".encode("utf-16-le"), "This is a text document"),
        (OLD_OFFICE + "EncryptedPackage".encode("utf-16-le"), "locked with a password"),
    ],
)
@pytest.mark.parametrize("name", ["notes.csv", "notes.xlsx"])
def test_what_is_no_spreadsheet_is_told_by_its_name(data, told, name):
    with pytest.raises(Refused, match=told):
        table_in(data, name)


def test_a_text_file_named_xlsx_is_read_as_text():
    table = table_in(b"Region,Text\nAsia,a\n", "notes.xlsx")

    assert table.kind == "csv"
    assert [line.cells for line in table.lines] == [["Asia", "a"]]


def test_a_workbook_named_csv_is_read_as_a_workbook():
    data = workbook(["Region", "Text"], ["Asia", "a"])

    assert cells_in(data, "notes.csv") == [["Asia", "a"]]


def test_merged_cells_are_filled_down():
    data = workbook(
        ["Region", "Recommendation"],
        ["Asia", "one"],
        [None, "two"],
        [None, "three"],
        ["Africa", "four"],
        merged=["A2:A4"],
    )

    lines = list(table_in(data, "n.xlsx").lines)

    assert [line.cells[0] for line in lines] == ["Asia", "Asia", "Asia", "Africa"]
    assert [line.filled for line in lines] == [[], [0], [0], []]


def test_a_cell_merged_across_speaks_for_its_first_column():
    data = workbook(
        ["Region", "Audience", "Text"],
        ["Asia", None, "one"],
        [None, None, "two"],
        merged=["A2:B3"],
    )

    assert cells_in(data, "n.xlsx") == [["Asia", "", "one"], ["Asia", "", "two"]]


def test_a_second_row_of_headings_is_joined_with_the_first():
    data = workbook(
        ["Region", "Text", None, "Rank"],
        [None, "French", "English", None],
        ["Africa", "un", "one", 1],
        merged=["A1:A2", "B1:C1", "D1:D2"],
    )

    table = table_in(data, "n.xlsx")

    assert table.headings == ["Region", "Text French", "Text English", "Rank"]
    assert [line.cells for line in table.lines] == [["Africa", "un", "one", "1"]]


def test_headings_under_one_that_is_merged_across_are_no_row():
    data = workbook(
        ["Region", "Rank", "Text", None],
        [None, None, "French", "Spanish"],
        ["Africa", 1, "un", "uno"],
        merged=["C1:D1"],
    )

    table = table_in(data, "n.xlsx")

    assert table.headings == ["Region", "Rank", "Text French", "Text Spanish"]
    assert [line.number for line in table.lines] == [3]


def test_headings_in_a_second_language_are_no_row():
    text = "Région,Destinataire,Texte\nRegion,Audience,Text\nAsie,États,un\n"

    table = table_in(text.encode())

    assert table.headings == ["Région", "Destinataire", "Texte"]
    assert [line.number for line in table.lines] == [3]


def test_hints_in_brackets_under_the_headings_are_no_row():
    text = "Région,Texte,Rang\n(liste),(une phrase),(1 à 5)\nAsie,un,1\nAsie,(deux),\n"

    assert cells_in(text.encode()) == [["Asie", "un", "1"], ["Asie", "(deux)", ""]]


def test_headings_repeated_at_the_top_of_a_page_are_no_row():
    text = "Region,Text,Rank\nAsia,one,1\nREGION,Text,\nAsia,two,2\n"

    assert cells_in(text.encode()) == [["Asia", "one", "1"], ["Asia", "two", "2"]]


def test_rows_of_unticked_boxes_and_unseen_signs_are_empty():
    data = workbook(
        ["Region", "Text", "Lead"],
        ["Asia", "one", True],
        ["Asia", "two", False],
        [None, None, False],
        ["\u00a0", "\u200b\u200f", None],
        [None, "three", False],
    )

    assert [line.number for line in table_in(data, "n.xlsx").lines] == [2, 3, 6]


def test_rows_of_formulas_that_say_nothing_are_empty():
    data = rewritten(
        workbook(["Region", "Text"], ["Asia", "one"], ["=1", "=1"]),
        SHEET,
        lambda xml: xml.replace(b'<c r="A3"', b'<c r="A3" t="str"').replace(
            b'<c r="B3"', b'<c r="B3" t="str"'
        ),
    )

    assert cells_in(data, "n.xlsx") == [["Asia", "one"]]


def test_the_sheet_with_most_rows_is_read_and_the_others_are_told():
    headings = ["Region", "Audience", "Text"]
    data = sheets(
        Summary=[["Rows", 3], ["Words", 40], ["Pages", 2], ["Days", 2]],
        Monday=[headings, ["Asia", "Governments", "one"]],
        Tuesday=[headings, *[["Asia", "Governments", f"{n}"] for n in range(60)]],
        Empty=[headings],
    )

    table = table_in(data, "n.xlsx")

    assert table.sheet == "Tuesday"
    assert table.others == [("Monday", 1)]


def test_the_others_of_a_chosen_sheet_are_told_too():
    headings = ["Region", "Text"]
    data = sheets(One=[headings, ["Asia", "a"]], Two=[headings, ["Asia", "b"]])

    table = table_in(data, "n.xlsx", sheet="Two")

    assert table.sheet == "Two"
    assert table.others == [("One", 1)]


@pytest.mark.parametrize(
    "name", ["Instructions", "Lisez-moi", "Instrucciones", "تعليمات", "Read me"]
)
def test_an_example_among_the_instructions_is_not_taken_for_the_notes(name):
    example = [["Region", "Text", "Rank"], *[["Asia", "An example", 1]] * 3]
    data = sheets(**{name: example, "Notes": [["Region", "Text"], ["Asia", "a"]]})

    assert table_in(data, "n.xlsx").sheet == "Notes"


def test_a_cell_too_many_is_seen_though_it_ends_in_an_empty_column():
    text = "Region,Text,Rank,Notes\nAsia,Ask, then act,1,\nAsia,Wait,2,\n"

    assert [line.surplus for line in table_in(text.encode()).lines] == [1, 0]


def test_separators_that_end_every_row_are_no_cells_too_many():
    text = "Region;Text\nAsia;one;;\nAsia;two;;\nAsia;a; b;;\n"

    assert [line.surplus for line in table_in(text.encode()).lines] == [0, 0, 1]


@pytest.mark.parametrize(
    "cell", ["#VALUE!", "#¡REF!", "#N/A", "#N/D", "#NOM?", "#DIV/0!", "########"]
)
def test_the_error_of_a_formula_is_told_from_text(cell):
    text = f"Region,Text,Rank\nAsia,{cell},#1\n"

    assert next(table_in(text.encode()).lines).errors == [1]


def test_signs_that_xml_cannot_hold_are_read():
    data = workbook(
        ["Region", "Text"], ["Asia", "one_x000D_\ntwo _x005F_x000D_ _xD83D__xDE00_"]
    )

    assert cells_in(data, "n.xlsx") == [["Asia", "one\r\ntwo _x000D_ 😀"]]


def test_numbers_have_the_digits_a_spreadsheet_shows():
    data = workbook(["Region", "Rank"], ["Asia", 1.0000000000000002], ["Asia", 0.5])

    assert cells_in(data, "n.xlsx") == [["Asia", "1"], ["Asia", "0.5"]]


def test_half_a_sign_is_marked_as_lost():
    assert cells_in(workbook(["Region", "Text"], ["Asia", "_xD83D_"]), "n.xlsx") == [
        ["Asia", "\ufffd"]
    ]


def test_a_hidden_row_is_marked():
    book = Workbook()
    for row in (["Region", "Text"], ["Asia", "one"], ["Asia", "two"]):
        book.active.append(row)
    book.active.row_dimensions[2].hidden = True

    lines = list(table_in(saved(book), "n.xlsx").lines)

    assert [line.hidden for line in lines] == [True, False]


def rewritten(data, path, change):
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for member in old.infolist():
            content = old.read(member)
            if member.filename == path:
                content = change(content)
            new.writestr(member.filename, content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def test_a_sheet_that_lies_about_its_size_loses_no_row():
    rows = [[f"Asia {n}", "text"] for n in range(100)]
    data = rewritten(
        workbook(["Region", "Text"], *rows),
        SHEET,
        lambda xml: xml.replace(b'ref="A1:B101"', b'ref="A1:B2"'),
    )

    assert cells_in(data, "n.xlsx") == rows


def test_a_strict_workbook_is_read():
    data = workbook(["Region", "Text"], ["Asia", "é"])
    for path in ("_rels/.rels", "xl/_rels/workbook.xml.rels", "xl/workbook.xml", SHEET):
        data = rewritten(data, path, strictly)

    assert cells_in(data, "n.xlsx") == [["Asia", "é"]]


def strictly(xml):
    return xml.replace(
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    ).replace(
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    )


def test_a_row_at_the_end_of_the_sheet_is_read_at_once():
    data = rewritten(
        workbook(["Region", "Text"], ["Asia", "a"], ["Asia", "b"]),
        SHEET,
        lambda xml: xml.replace(b'r="3"', b'r="1048576"'),
    )

    lines = list(table_in(data, "n.xlsx").lines)

    assert [line.number for line in lines] == [2, 1_048_576]


@pytest.mark.parametrize("number", [b"1048577", b"99999999999999999999", b"x"])
def test_a_row_beyond_the_end_of_any_sheet_is_damage(number):
    data = rewritten(
        workbook(["Region", "Text"], ["Asia", "a"], ["Asia", "b"]),
        SHEET,
        lambda xml: xml.replace(b'r="3"', b'r="' + number + b'"'),
    )

    with pytest.raises(Refused, match="damaged"):
        cells_in(data, "n.xlsx")


def test_rows_with_one_number_are_both_read():
    data = rewritten(
        workbook(["Region", "Text"], ["Asia", "a"], ["Asia", "b"]),
        SHEET,
        lambda xml: xml.replace(b'<row r="3"', b'<row r="2"'),
    )

    lines = list(table_in(data, "n.xlsx").lines)

    assert [(line.number, line.cells[1]) for line in lines] == [(2, "a"), (3, "b")]


def test_drop_downs_that_cannot_be_understood_do_not_matter():
    data = rewritten(
        workbook(["Region", "Text"], ["Asia", "a"]),
        SHEET,
        lambda xml: xml.replace(
            b"</sheetData>", b'</sheetData><dataValidations count="x"/>'
        ),
    )

    assert cells_in(data, "n.xlsx") == [["Asia", "a"]]


def test_a_formula_tells_whether_its_value_is_stored():
    data = workbook(["Region", "Text"], ["Asia", "=1+1"])

    (line,) = table_in(data, "n.xlsx").lines

    assert line.formulas == {1: False}


def test_entities_are_refused():
    data = rewritten(
        workbook(["Region", "Text"], ["Asia", "a"]),
        SHEET,
        lambda xml: b'<!DOCTYPE x [<!ENTITY a "b">]>' + xml,
    )

    with pytest.raises(Refused, match="damaged"):
        table_in(data, "n.xlsx")


def test_more_strings_than_rows_could_use_are_refused_unread():
    strings = b"<sst>" + b"<si><t>a</t></si>" * 101_000 + b"</sst>"
    data = io.BytesIO(workbook(["Region", "Text"], ["Asia", "a"]))
    with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", strings)

    with pytest.raises(Refused, match="far more than rows of notes need"):
        table_in(data.getvalue(), "n.xlsx")


def test_a_part_that_is_no_sheet_may_not_be_enormous(monkeypatch):
    monkeypatch.setattr("workshops.spreadsheets.workbook.MOST_IN_PART", 20_000)
    data = io.BytesIO(workbook(["Region", "Text"], ["Asia", "a"]))
    with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/more.xml", os.urandom(30_000))

    with pytest.raises(Refused, match="far more than rows of notes need"):
        table_in(data.getvalue(), "n.xlsx")


def test_a_bomb_is_refused_by_what_it_declares():
    data = rewritten(
        workbook(["Region", "Text"], ["Asia", "a"]),
        SHEET,
        lambda _xml: b" " * 60 * 1024 * 1024,
    )
    assert len(data) < 200_000

    with pytest.raises(Refused, match="Unpacked size over 50 MB"):
        table_in(data, "n.xlsx")


def test_macros_are_refused():
    stream = io.BytesIO(workbook(["Region", "Text"], ["Asia", "a"]))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")

    with pytest.raises(Refused, match=r"\.xlsx or \.csv"):
        table_in(stream.getvalue(), "n.xlsx")


SAMPLES = {path.name: path.read_bytes() for path in sorted(NOTES.iterdir())}
OFTEN = settings(deadline=None, max_examples=150, database=None, derandomize=True)


def read_or_refused(data, name):
    with suppress(Refused):
        list(table_in(data, name).lines)


@OFTEN
@given(
    start=st.sampled_from(
        [
            b"",
            b"PK\x03\x04",
            b"\xff\xfe",
            b"\xfe\xff",
            b"\xef\xbb\xbf",
            b"Region,Text\n",
        ]
    ),
    data=st.binary(max_size=4000),
    name=st.sampled_from(["notes.csv", "notes.xlsx"]),
)
def test_any_bytes_are_read_or_refused(start, data, name):
    read_or_refused(start + data, name)


@OFTEN
@given(text=st.text(max_size=400), encoding=st.sampled_from(sorted(ENCODINGS.values())))
def test_any_text_is_read_or_refused(text, encoding):
    read_or_refused(text.encode(encoding, errors="ignore"), "notes.csv")


@OFTEN
@given(
    name=st.sampled_from(sorted(SAMPLES)),
    changes=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=3)), max_size=8),
    end=st.floats(0, 1),
)
def test_a_damaged_file_is_read_or_refused(name, changes, end):
    data = bytearray(SAMPLES[name])
    for place, new in changes:
        start = int(place * len(data))
        data[start : start + len(new)] = new
    read_or_refused(bytes(data[: int(end * len(data))]), name)


@OFTEN
@given(
    changes=st.lists(
        st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=3)), max_size=8
    )
)
def test_a_damaged_sheet_is_read_or_refused(changes):
    def damage(xml):
        xml = bytearray(xml)
        for place, new in changes:
            start = int(place * len(xml))
            xml[start : start + len(new)] = new
        return bytes(xml)

    read_or_refused(rewritten(SAMPLES["notes_es.xlsx"], SHEET, damage), "notes.xlsx")


@pytest.mark.parametrize("text", ["À l’école — œuvre", "niñez", "العمل مع الناجين"])
@pytest.mark.parametrize("wrong", ["cp1252", "latin-1", "mac_roman", "cp1256"])
def test_text_read_in_a_wrong_encoding_looks_damaged(text, wrong):
    assert looks_damaged(text.encode().decode(wrong, errors="replace"))


@pytest.mark.parametrize(
    "text", ["l\ufffdcole", "l?interpr?te", "?????? ????", "ÏÚã ÇáäÇÌíÇÊ"]
)
def test_lost_letters_look_damaged(text):
    assert looks_damaged(text)


@pytest.mark.parametrize(
    "text",
    [
        "LIBERTÉ\u00a0: « CAFÉ\u00a0», « là »",
        "OÙ… aller\u00a0? Pourquoi ???",
        "¿Cómo? Niñez, 50 €–60 €, n° 1, 20 °C",
        "حفظ، الكرامة؟ «نعم»",
        "https://example.org/page?from=list",
    ],
)
def test_unusual_signs_in_good_text_do_not_look_damaged(text):
    assert not looks_damaged(text)
