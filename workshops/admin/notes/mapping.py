"""What a file means: its encoding and sheet, its columns, its words."""

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _

from ... import wizard
from ...columns import Mapping, signature
from ...forms import MappingForm
from ...models import NoteImport, SavedMapping
from ...names import Names
from ...spreadsheets import Choices
from ...spreadsheets.text import ENCODINGS
from . import pages, working
from .pages import Response, Status


def read_again(request: HttpRequest, pk: int) -> Response:
    """With another encoding or sheet, as a person chose."""
    note_import = pages.found(request, pk, to_change=True)
    if note_import.status == Status.DONE or not pages.has_file(request, note_import):
        raise Http404
    encoding = request.POST.get("encoding", "")
    choices = Choices(
        encoding if encoding in ENCODINGS else "",
        sheet=request.POST.get("sheet", ""),
    )
    work = wizard.reading(note_import, choices, request.user)
    return working.see_through(request, note_import, work)


def other_sheet(request: HttpRequest, pk: int) -> Response:
    """Another sheet of the same workbook, as an import of its own."""
    note_import = pages.found(request, pk)
    if not pages.may_add(request) or not pages.has_file(request, note_import):
        raise Http404
    another = wizard.store(
        bytes(note_import.file.content),
        note_import.file_name,
        note_import.edition,
        request.user,
    )
    choices = Choices(sheet=request.POST.get("sheet", ""))
    work = wizard.reading(another, choices, request.user)
    return working.see_through(request, another, work)


def page(request: HttpRequest, pk: int) -> Response:
    note_import = pages.open_import(request, pk)
    table = wizard.table_of(note_import)
    lines = list(table.lines)
    samples = [
        list(
            dict.fromkeys(
                line.cells[place]
                for line in lines
                if place < len(line.cells) and line.cells[place].strip()
            )
        )[:3]
        for place in range(len(note_import.headings))
    ]
    posted = request.POST if request.method == "POST" else None
    form = MappingForm(posted, note_import=note_import, names=Names(), samples=samples)
    if posted is not None and form.is_valid():
        mapping = form.mapping(Mapping.from_json(note_import.mapping))
        if name := form.cleaned_data["save_as"].strip():
            save_mapping(request, form, note_import, name, mapping)
        if not form.errors:

            def take(locked: NoteImport) -> None:
                locked.mapping = mapping.as_json()

            return working.decided(request, note_import, take)
    return pages.show(
        request,
        "mapping",
        _("Which column means what?"),
        form=form,
        note_import=note_import,
        original=note_import,
        sheets=table.sheets if len(table.sheets) > 1 else [],
    )


def save_mapping(
    request: HttpRequest,
    form: MappingForm,
    note_import: NoteImport,
    name: str,
    mapping: Mapping,
) -> None:
    """Under a name, unless it is somebody else's: then the form says so."""
    owned = SavedMapping.objects.filter(name=name).first()
    if owned is not None and owned.owner_id not in (None, request.user.pk):
        form.add_error(
            "save_as",
            _("Somebody else has a mapping of this name. Choose another."),
        )
        return
    SavedMapping.objects.update_or_create(
        name=name,
        defaults={
            "signature": signature(note_import.headings),
            "mapping": mapping.as_json(),
            "owner_id": request.user.pk,
        },
    )


def learn_words(request: HttpRequest, pk: int) -> Response:
    """What the unknown words of a file mean: kept with its mapping."""
    note_import = pages.open_import(request, pk)
    names = Names()
    told = [
        (kind, word, slug)
        for kind, words in note_import.told.get("unknown", {}).items()
        for word in words
        if (slug := request.POST.get(f"{kind}:{word}", "")) in names.kinds[kind].labels
    ]

    def take(locked: NoteImport) -> None:
        words = locked.mapping.setdefault("words", {})
        for kind, word, slug in told:
            words.setdefault(kind, {})[word] = slug
        SavedMapping.objects.filter(
            signature=signature(locked.headings), owner_id=request.user.pk
        ).update(mapping=locked.mapping)

    return working.decided(request, note_import, take)
