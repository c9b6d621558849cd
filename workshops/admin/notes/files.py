"""Files handed out: blank sheets, sheets to fix, what became of every row; and deleted."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import get_language, gettext

from priorities.tables import XLSX
from regions.models import Edition, Region

from ... import blank, outcome, returning, wizard
from ...forms import BlankForm
from ...models import ImportFile, NoteImport
from . import pages
from .pages import Status

CSV = "text/csv; charset=utf-8"


def blank_form(request: HttpRequest, data: Any = None) -> BlankForm:
    user: Any = request.user
    regions = Region.objects.all()
    if not user.works_everywhere:
        regions = regions.filter(slug__in=user.region_slugs())
    initial = {
        "edition": Edition.objects.first(),
        "region": regions.first(),
        "language": get_language(),
    }
    return BlankForm(data, regions=regions, initial=initial)


def give_blank(request: HttpRequest) -> HttpResponse:
    """A sheet to fill in, for one region and in one language."""
    if not pages.may_add(request):
        raise PermissionDenied
    form = blank_form(request, request.GET)
    if not form.is_valid():
        raise Http404
    edition, region, language = (
        form.cleaned_data[name] for name in ("edition", "region", "language")
    )
    if request.GET.get("as") == "csv":
        answer = HttpResponse(blank.as_csv(language), CSV)
    else:
        answer = HttpResponse(blank.as_xlsx(region, edition, language), XLSX)
    kind = "csv" if request.GET.get("as") == "csv" else "xlsx"
    name = f"notes-{edition.year}-{region.slug}-{language}.{kind}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The same sheet with a column that says what to fix."""
    note_import = pages.found(request, pk)
    if note_import.status == Status.REFUSED or not pages.has_file(request, note_import):
        raise Http404
    table = wizard.table_of(note_import)
    verdicts = list(wizard.verdicts_of(note_import))
    kind = "xlsx" if request.GET.get("as", note_import.kind) == "xlsx" else "csv"
    if kind == "xlsx":
        answer = HttpResponse(returning.as_xlsx(note_import, table, verdicts), XLSX)
    else:
        answer = HttpResponse(returning.as_csv(note_import, table, verdicts), CSV)
    return named(answer, note_import, f"to-fix.{kind}")


def give_outcome(request: HttpRequest, pk: int) -> HttpResponse:
    """What became of every row, as a file for whoever sent it."""
    note_import = pages.found(request, pk)
    if note_import.status != Status.DONE:
        raise Http404
    user: Any = request.user
    rows = outcome.table(note_import, user, request.build_absolute_uri("/"))
    if request.GET.get("as") == "csv":
        answer = HttpResponse(returning.csv_of(rows), CSV)
        return named(answer, note_import, "outcome.csv")
    title = gettext("What became of it")
    answer = HttpResponse(returning.xlsx_of(rows, title[:31]), XLSX)
    return named(answer, note_import, "outcome.xlsx")


def named(answer: HttpResponse, note_import: NoteImport, ending: str) -> HttpResponse:
    """To be saved under the name of the file it answers, in letters any system takes."""
    stem = "".join(
        sign if sign.isascii() and sign.isalnum() or sign in "-_" else "_"
        for sign in note_import.lineage
    )
    answer["Content-Disposition"] = f'attachment; filename="{stem or "notes"}.{ending}"'
    return answer


def forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete the file at once, without waiting for its days to be over."""
    note_import = pages.found(request, pk, to_change=True)
    ImportFile.objects.filter(pk=note_import.pk).forget()
    messages.success(request, gettext("The file is deleted. What came in stays."))
    return HttpResponseRedirect(note_import.get_absolute_url())
