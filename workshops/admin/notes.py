"""The wizard's pages: upload, mapping, preview, done; and where a sentence comes from."""

from collections.abc import Iterator
from inspect import GEN_CLOSED, getgeneratorstate
from itertools import islice
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import get_language, gettext, ngettext, override
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from priorities.models import Recommendation
from priorities.tables import XLSX
from regions.admin import NoRedirectHome
from regions.differences import word_by_word
from regions.keys import is_key
from regions.models import Edition, Region

from .. import blank, outcome, returning, wizard
from ..bringing import Changed
from ..checking import TOTALS, Verdict
from ..columns import FIELDS, Mapping, signature
from ..forms import BlankForm, MappingForm, RedactionForm, UploadForm
from ..intake import Work, done
from ..models import (
    CheckedRow,
    ImportFile,
    NoteImport,
    Redaction,
    SavedMapping,
    WorkshopNote,
)
from ..names import Names
from ..redacting import elsewhere, redact
from ..spreadsheets import Choices, Limits, Refused
from ..spreadsheets.limits import MEGABYTE
from ..spreadsheets.text import ENCODINGS
from ..undoing import Edited, NotThere, edited_since, undo

PER_PAGE = 50
SHORT = 6  # steps of 500 rows: what is longer is worth a page that tells how far it is
STEPS = "<!-- steps -->"  # where that page grows
CSV = "text/csv; charset=utf-8"
CHANGED = _("Data changed since the preview; review again. Nothing was brought in.")
KINDS = {
    "all": _("all rows"),
    "error": TOTALS["error"],
    "confirm": _("to confirm"),
    "warning": TOTALS["warning"],
    "new": TOTALS["new"],
    "update": TOTALS["update"],
    "unchanged": TOTALS["unchanged"],
    "duplicate": TOTALS["duplicate"],
    "left": _("left out"),
}
Status = NoteImport.Status
Response = Any  # whole or streamed: Django's own types have no word that admin views may return


@admin.register(NoteImport)
class NoteImportAdmin(NoRedirectHome, admin.ModelAdmin):
    list_display = [
        "file_name",
        "status",
        "edition",
        "uploaded_by",
        "uploaded_at",
        "rows",
    ]
    list_filter = ["status", "edition"]
    list_select_related = ["edition", "uploaded_by"]
    search_fields = ["file_name"]
    ordering = ["-uploaded_at"]
    view_on_site = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[NoteImport]:
        return super().get_queryset(request).visible_to(request.user)  # type: ignore[attr-defined]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("rows"))
    def rows(self, note_import: NoteImport) -> int | None:
        count: int | None = note_import.totals.get("rows")
        return count

    def get_urls(self) -> list[Any]:
        def wrapped(view: Any) -> Any:
            return self.admin_site.admin_view(view)

        own = [
            path(
                f"<int:pk>/{name}/", wrapped(view), name=f"workshops_noteimport_{name}"
            )
            for name, view in (
                ("read", require_POST(self.read_again)),
                ("map", self.map_columns),
                ("words", require_POST(self.learn_words)),
                ("row", require_POST(self.correct_row)),
                ("bring", require_POST(self.bring)),
                ("undo", self.undo),
                ("sheet", require_POST(self.other_sheet)),
                ("forget", require_POST(self.forget)),
                ("back", require_safe(self.give_back)),
                ("outcome", require_safe(self.outcome)),
            )
        ]
        own.append(
            path(
                "blank/",
                wrapped(require_safe(self.blank)),
                name="workshops_noteimport_blank",
            )
        )
        return [*own, *super().get_urls()]

    def found(self, request: HttpRequest, pk: Any) -> NoteImport:
        """404 for what is not there and for what one may not see, alike."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        note_import = (
            self.get_queryset(request)
            .select_related("edition", "uploaded_by")
            .filter(pk=pk)
            .first()
        )
        if note_import is None:
            raise Http404
        return note_import

    def page(
        self,
        request: HttpRequest,
        template: str,
        title: Any,
        status: int = 200,
        **context: Any,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            **context,
        }
        return TemplateResponse(
            request, f"admin/workshops/{template}.html", context, status=status
        )

    # Upload.

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> Response:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(
            request.POST or None,
            request.FILES or None,
            initial={"edition": Edition.objects.first()},
        )
        refused = None
        if request.method == "POST" and form.is_valid():
            note_import = wizard.keep(
                form.cleaned_data["file"], form.cleaned_data["edition"], request.user
            )
            if note_import.status != Status.REFUSED:
                work = wizard.reading(note_import, Choices(), request.user)
                answer = self.working(request, note_import, work)
                if note_import.status != Status.REFUSED:
                    return answer
            refused = note_import
        limits = Limits.of_wizard()
        return self.page(
            request,
            "upload",
            _("Bring in workshop notes"),
            form=form,
            blank_form=self.blank_form(request),
            refused=refused,
            limits=limits,
            megabytes=limits.size // MEGABYTE,
            unpacked=limits.unpacked // MEGABYTE,
            days=settings.NOTES_KEPT_DAYS,
        )

    def blank_form(self, request: HttpRequest, data: Any = None) -> BlankForm:
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

    def blank(self, request: HttpRequest) -> HttpResponse:
        """A sheet to fill in, for one region and in one language."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = self.blank_form(request, request.GET)
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

    # Long work.

    def working(
        self, request: HttpRequest, note_import: NoteImport, work: Work[Any]
    ) -> Response:
        """See work through, then lead on; on a page that tells how far it is when it is long."""
        for _step in islice(work, SHORT):
            pass
        if getgeneratorstate(work) == GEN_CLOSED:
            return HttpResponseRedirect(note_import.get_absolute_url())
        language = get_language() or settings.LANGUAGE_CODE
        return StreamingHttpResponse(self.steps(request, note_import, work, language))

    def steps(
        self,
        request: HttpRequest,
        note_import: NoteImport,
        work: Work[Any],
        language: str,
    ) -> Iterator[str]:
        """A page that grows while the work goes on; needs no script.

        Each step hides the one before it (`admin.css`). When the reader leaves, the
        work ends there and a transaction it was in is rolled back.
        """
        with override(language):
            context = {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": _("Working on the file"),
                "note_import": note_import,
            }
            page = render_to_string(
                "admin/workshops/working.html", context, request
            ).partition(STEPS)
            yield page[0]
            try:
                for rows in work:
                    yield self.step(rows=rows, most=note_import.totals.get("rows"))
            except Changed:
                yield self.step(trouble=CHANGED)
            except Refused as refusal:
                yield self.step(trouble=str(refusal))
            else:
                yield self.step(
                    address=note_import.get_absolute_url(), trouble=note_import.refusal
                )
            yield page[2]

    def step(self, **context: Any) -> str:
        return render_to_string("admin/workshops/_step.html", context)

    # One import.

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        note_import = self.found(request, object_id if is_key(object_id) else 0)
        return self.show(request, note_import)

    def show(
        self,
        request: HttpRequest,
        note_import: NoteImport,
        status: int = 200,
        **context: Any,
    ) -> HttpResponse:
        context |= {
            "note_import": note_import,
            "original": note_import,
            "is_kept": has_file(request, note_import),
        }
        if note_import.status == Status.REFUSED:
            return self.page(
                request, "refused", _("This file was refused"), status, **context
            )
        if note_import.status != Status.DONE and not has_file(request, note_import):
            return self.page(
                request, "refused", _("This file is no longer kept"), status, **context
            )
        if note_import.status == Status.UPLOADED:
            if not note_import.file.parsed:
                return self.page(
                    request, "unread", _("Not read to its end"), status, **context
                )
            table = wizard.table_of(note_import)
            if table.encoding.is_in_doubt:
                return self.page(
                    request,
                    "encoding",
                    _("Which line reads right?"),
                    status,
                    readings=table.encoding.others,
                    **context,
                )
            return self.map_columns(request, note_import.pk)
        if note_import.status == Status.DONE:
            return self.brought(request, status, **context)
        return self.preview(request, status, **context)

    def brought(
        self, request: HttpRequest, status: int, **context: Any
    ) -> HttpResponse:
        """What became of every row: of those that came in, and of those that did not."""
        note_import: NoteImport = context["note_import"]
        user: Any = request.user
        page = Paginator(outcome.notes_of(note_import, user), PER_PAGE).get_page(
            request.GET.get("page")
        )
        stayed = outcome.stayed(note_import, user)
        return self.page(
            request,
            "done",
            _("What became of every row"),
            status,
            page=page,
            rows=[outcome.Row.of(note) for note in page.object_list],
            stayed=list(stayed[:PER_PAGE]),
            stayed_count=stayed.count(),
            others=self.others(request, note_import),
            **context,
        )

    def others(self, request: HttpRequest, note_import: NoteImport) -> list[list[Any]]:
        """The other sheets of the workbook that look like notes, while the file is kept."""
        is_kept = has_file(request, note_import)
        return note_import.told.get("others", []) if is_kept else []

    def preview(
        self, request: HttpRequest, status: int, **context: Any
    ) -> HttpResponse:
        note_import: NoteImport = context["note_import"]
        checked = CheckedRow.objects.filter(file=note_import.pk)
        kind = request.GET.get("kind", "all")
        kind = kind if kind in KINDS else "all"
        counts = checked.counts()
        page = Paginator(checked.of_kind(kind), PER_PAGE).get_page(
            request.GET.get("page")
        )
        wanted = request.GET.get("edit", "")
        verdicts = [Verdict.from_json(row.data) for row in page.object_list]
        names = Names()
        return self.page(
            request,
            "preview",
            _("Look before it comes in"),
            status,
            page=page,
            rows=[
                self.row(note_import, verdict, wanted, names) for verdict in verdicts
            ],
            kind=kind,
            kinds=[
                (name, label, counts[name])
                for name, label in KINDS.items()
                if counts.get(name) or name == "all"
            ],
            counts=counts,
            totals=note_import.totals,
            unknown=[
                (
                    FIELDS[kind_],
                    [(f"{kind_}:{word}", word) for word in words],
                    names.kinds[kind_].labels.items(),
                    kind_ != "areas",  # without these a row cannot come in
                )
                for kind_, words in note_import.told.get("unknown", {}).items()
            ],
            others=self.others(request, note_import),
            unread=note_import.told.get("unread", []),
            saved=note_import.told.get("saved", ""),
            constants=[
                (FIELDS[name], names.label(name, slug) if name in names.kinds else slug)
                for name, slug in note_import.mapping.get("constants", {}).items()
            ],
            **context,
        )

    def row(
        self, note_import: NoteImport, verdict: Verdict, wanted: str, names: Names
    ) -> dict[str, Any]:
        text = verdict.values.get("texts", {}).get(
            verdict.values.get("language", ""), ""
        )
        changed = verdict.changes.get("texts", {})
        differences = [
            (language, word_by_word(*pair)) for language, pair in changed.items()
        ]
        others = [
            (FIELDS[name], pair)
            for name, pair in verdict.changes.items()
            if name in FIELDS and name != "texts"
        ]
        cells = [
            *verdict.cells,
            *[""] * (len(note_import.headings) - len(verdict.cells)),
        ]
        for place, cell in (verdict.corrected or {}).items():
            cells[int(place)] = cell
        wrong = {problem.column for problem in verdict.problems}
        return {
            "verdict": verdict,
            "label": KINDS.get(verdict.verdict, ""),
            "text": text or " · ".join(filter(None, cells))[:300],
            "language": verdict.values.get("language", ""),
            "problems": [
                (
                    p.severity,
                    p.isolated(names),
                    p.cell(verdict.row) if note_import.kind == "xlsx" else "",
                    note_import.headings[p.column]
                    if 0 <= p.column < len(note_import.headings)
                    else "",
                )
                for p in verdict.problems
            ],
            "differences": differences,
            "others": others,
            "choices": [p.code for p in verdict.problems if p.code == "similar_match"],
            "personal": "personal_data" in verdict.to_confirm,
            "edited": str(verdict.row) == wanted,
            "cells": [
                (place, heading, cells[place], place in wrong)
                for place, heading in enumerate(note_import.headings)
            ],
        }

    # Steps.

    def open_import(self, request: HttpRequest, pk: int) -> NoteImport:
        """One that is not brought in: what its pages may still change."""
        note_import = self.found(request, pk)
        if not self.has_change_permission(request, note_import):
            raise PermissionDenied
        if note_import.status in {Status.DONE, Status.REFUSED}:
            raise Http404
        if not has_file(request, note_import):
            raise Http404
        return note_import

    def decided(
        self, request: HttpRequest, note_import: NoteImport, change: Any
    ) -> Response:
        """Write a decision, judge again, and show what it changed."""
        try:
            wizard.decide(note_import, change)
        except Changed:  # somebody brought it in meanwhile
            raise Http404 from None
        return self.working(
            request, note_import, wizard.checking(note_import, request.user)
        )

    def read_again(self, request: HttpRequest, pk: int) -> Response:
        """With another encoding or sheet, as a person chose."""
        note_import = self.found(request, pk)
        if not self.has_change_permission(request, note_import):
            raise PermissionDenied
        if note_import.status == Status.DONE or not has_file(request, note_import):
            raise Http404
        encoding = request.POST.get("encoding", "")
        choices = Choices(
            encoding if encoding in ENCODINGS else "",
            sheet=request.POST.get("sheet", ""),
        )
        work = wizard.reading(note_import, choices, request.user)
        return self.working(request, note_import, work)

    def other_sheet(self, request: HttpRequest, pk: int) -> Response:
        """Another sheet of the same workbook, as an import of its own."""
        note_import = self.found(request, pk)
        if not self.has_add_permission(request) or not has_file(request, note_import):
            raise Http404
        another = wizard.store(
            bytes(note_import.file.content),
            note_import.file_name,
            note_import.edition,
            request.user,
        )
        choices = Choices(sheet=request.POST.get("sheet", ""))
        work = wizard.reading(another, choices, request.user)
        return self.working(request, another, work)

    def map_columns(self, request: HttpRequest, pk: int) -> Response:
        note_import = self.open_import(request, pk)
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
        form = MappingForm(
            posted, note_import=note_import, names=Names(), samples=samples
        )
        if posted is not None and form.is_valid():
            mapping = form.mapping(Mapping.from_json(note_import.mapping))
            if name := form.cleaned_data["save_as"].strip():
                self.save_mapping(request, form, note_import, name, mapping)
            if not form.errors:

                def take(locked: NoteImport) -> None:
                    locked.mapping = mapping.as_json()

                return self.decided(request, note_import, take)
        return self.page(
            request,
            "mapping",
            _("Which column means what?"),
            form=form,
            note_import=note_import,
            original=note_import,
            sheets=table.sheets if len(table.sheets) > 1 else [],
        )

    def save_mapping(
        self,
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

    def learn_words(self, request: HttpRequest, pk: int) -> Response:
        """What the unknown words of a file mean: kept with its mapping."""
        note_import = self.open_import(request, pk)
        names = Names()
        told = [
            (kind, word, slug)
            for kind, words in note_import.told.get("unknown", {}).items()
            for word in words
            if (slug := request.POST.get(f"{kind}:{word}", ""))
            in names.kinds[kind].labels
        ]

        def take(locked: NoteImport) -> None:
            words = locked.mapping.setdefault("words", {})
            for kind, word, slug in told:
                words.setdefault(kind, {})[word] = slug
            SavedMapping.objects.filter(
                signature=signature(locked.headings), owner_id=request.user.pk
            ).update(mapping=locked.mapping)

        return self.decided(request, note_import, take)

    def correct_row(self, request: HttpRequest, pk: int) -> Response:
        """Cells typed anew, and what a person decided about a row."""
        note_import = self.open_import(request, pk)
        number = request.POST.get("row", "")
        row = CheckedRow.objects.filter(
            file=note_import.pk, row=number if is_key(number) else 0
        ).first()
        if row is None:
            raise Http404
        verdict = Verdict.from_json(row.data)

        def take(locked: NoteImport) -> None:
            self.take_decision(request, locked, verdict)

        answer = self.decided(request, note_import, take)
        if isinstance(answer, HttpResponseRedirect):
            kind = request.POST.get("back", "")
            page = request.POST.get("page", "")
            query = f"?kind={kind}" if kind in KINDS else "?"
            query += f"&page={page}" if page.isdecimal() else ""
            address = f"{note_import.get_absolute_url()}{query}#row-{verdict.row}"
            return HttpResponseRedirect(address)
        return answer

    def take_decision(
        self, request: HttpRequest, note_import: NoteImport, verdict: Verdict
    ) -> None:
        decisions, row = note_import.decisions, str(verdict.row)
        limit = Limits.of_wizard().characters
        width = len(note_import.headings)
        cells = [*verdict.cells, *[""] * (width - len(verdict.cells))]
        typed = {
            str(place): request.POST[f"cell-{place}"][: limit + 1].replace("\r\n", "\n")
            for place in range(width)
            if f"cell-{place}" in request.POST
        }
        if typed:
            decisions.setdefault("cells", {})[row] = {
                place: cell
                for place, cell in typed.items()
                if cell != cells[int(place)].replace("\r\n", "\n")
            }
        choice = request.POST.get("choice")
        if choice in {"new", "leave", ""}:
            decisions.setdefault("rows", {})[row] = choice
        elif choice == "update" and (target := similar_to(verdict)):
            decisions.setdefault("rows", {})[row] = f"update:{target}"
        if "checked" in request.POST:
            decisions.setdefault("checked", []).append(verdict.row)

    def bring(self, request: HttpRequest, pk: int) -> Response:
        note_import = self.open_import(request, pk)
        if note_import.status not in {Status.CHECKED, Status.UNDONE}:
            raise Http404
        rows = CheckedRow.objects.filter(file=note_import.pk)
        if request.POST.get("personal") == "checked":
            held = list(rows.of_kind("confirm").values_list("row", flat=True))

            def take(locked: NoteImport) -> None:
                locked.decisions.setdefault("checked", []).extend(held)

            try:
                wizard.decide(note_import, take)
            except Changed:
                raise Http404 from None
            done(wizard.checking(note_import, request.user))
        counts = rows.counts()
        stay_out = counts.get("error", 0) + counts["confirm"]
        if stay_out and request.POST.get("which") != "good":
            text = ngettext(
                "%d row cannot come in yet. Mend it, or bring in the good rows alone.",
                "%d rows cannot come in yet. Mend them, or bring in the good rows alone.",
                stay_out,
            )
            messages.error(request, text % stay_out)
            return self.show(request, note_import)
        try:
            work = wizard.bringing(note_import, request.user)
            return self.working(request, note_import, work)
        except Changed:
            done(wizard.checking(note_import, request.user))
            messages.error(request, CHANGED)
            return self.show(request, note_import, 409)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return self.show(request, note_import)

    def undo(self, request: HttpRequest, pk: int) -> HttpResponse:
        note_import = self.found(request, pk)
        if not self.has_change_permission(request, note_import):
            raise PermissionDenied
        edited = (
            edited_since(note_import)
            if note_import.status == NoteImport.Status.DONE
            else []
        )
        may_go = self.may_go(request, edited)
        if request.method != "POST":
            return self.page(
                request,
                "undo",
                _("Take this import back?"),
                edited=edited,
                may_go=may_go,
                note_import=note_import,
                original=note_import,
            )
        gone = None
        if "chosen" in request.POST:
            ticked = set(request.POST.getlist("remove"))
            gone = {pk for pk in may_go if str(pk) in ticked}
        try:
            undone = undo(note_import, request.user.pk, gone)
        except NotThere:
            return self.page(
                request,
                "undo",
                _("This import is not brought in: there is nothing to take back"),
                409,
                note_import=note_import,
                original=note_import,
                gone=True,
            )
        except Edited:
            return self.page(
                request,
                "undo",
                _("Some of it was edited since"),
                409,
                edited=edited,
                may_go=may_go,
                note_import=note_import,
                original=note_import,
            )
        messages.success(request, undone.told)
        return HttpResponseRedirect(note_import.get_absolute_url())

    def may_go(self, request: HttpRequest, rows: list[Recommendation]) -> set[int]:
        """Of entries edited since, the keys of those this person may change."""
        entries: Any = self.admin_site.get_model_admin(Recommendation)
        own = entries.get_queryset(request).filter(pk__in=[row.pk for row in rows])
        return {r.pk for r in own if entries.has_change_permission(request, r)}

    def forget(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Delete the file at once, without waiting for its days to be over."""
        note_import = self.found(request, pk)
        if not self.has_change_permission(request, note_import):
            raise PermissionDenied
        ImportFile.objects.filter(pk=note_import.pk).forget()
        messages.success(request, gettext("The file is deleted. What came in stays."))
        return HttpResponseRedirect(note_import.get_absolute_url())

    def give_back(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The same sheet with a column that says what to fix."""
        note_import = self.found(request, pk)
        if note_import.status == Status.REFUSED or not has_file(request, note_import):
            raise Http404
        table = wizard.table_of(note_import)
        verdicts = list(wizard.verdicts_of(note_import))
        kind = "xlsx" if request.GET.get("as", note_import.kind) == "xlsx" else "csv"
        if kind == "xlsx":
            answer = HttpResponse(returning.as_xlsx(note_import, table, verdicts), XLSX)
        else:
            answer = HttpResponse(returning.as_csv(note_import, table, verdicts), CSV)
        return named(answer, note_import, f"to-fix.{kind}")

    def outcome(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What became of every row, as a file for whoever sent it."""
        note_import = self.found(request, pk)
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


def has_file(request: HttpRequest, note_import: NoteImport) -> bool:
    """Whether it is kept, for whoever sent it: it may speak of other regions too."""
    user: Any = request.user
    files = ImportFile.objects.visible_to(user)
    return files.filter(pk=note_import.pk).exists()


def similar_to(verdict: Verdict) -> int | None:
    """The recommendation a row seems to be a new wording of."""
    references = [
        problem.told["reference"]
        for problem in verdict.problems
        if problem.code == "similar_match"
    ]
    rows = Recommendation.objects.filter(reference__in=references)
    return rows.values_list("pk", flat=True).first()


@admin.register(WorkshopNote)
class WorkshopNoteAdmin(NoRedirectHome, admin.ModelAdmin):
    """Where a sentence comes from: the row as it stood in its file."""

    list_display = [
        "recommendation",
        "row",
        "note_import",
        "region",
        "workshop",
        "outcome",
    ]
    list_filter = ["outcome", "region"]
    list_select_related = ["recommendation", "note_import", "region"]
    search_fields = ["recommendation__reference", "workshop"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkshopNote]:
        rows = (
            super()
            .get_queryset(request)
            .select_related("note_import__uploaded_by", "recommendation", "region")
        )
        return rows.filter(note_import__in=NoteImport.objects.visible_to(request.user))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.redact)
        own = path("<int:pk>/redact/", view, name="workshops_workshopnote_redact")
        return [own, *super().get_urls()]

    def redact(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a person's data out of a note and all that came of it, for good."""
        note = self.get_queryset(request).filter(pk=pk).first()
        user: Any = request.user
        if note is None or not user.has_perm("workshops.redact_note"):
            raise Http404
        form = RedactionForm(request.POST or None)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": note,
            "title": _("Take a person’s data out"),
            "note": note,
        }
        if request.method == "POST" and form.is_valid():
            words = form.cleaned_data["words"]
            redaction = redact(note, words, form.cleaned_data["reason"], user)
            context |= {"redaction": redaction, "elsewhere": elsewhere(words)}
        return TemplateResponse(
            request, "admin/workshops/redact.html", {**context, "form": form}
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        note = self.get_object(request, object_id)
        if note is None or not self.has_view_permission(request, note):
            raise Http404
        headings = note.note_import.headings
        cells = [
            (headings[place] if place < len(headings) else "", cell)
            for place, cell in enumerate(note.cells)
            if cell.strip()
        ]
        corrected = [
            (headings[int(place)], cell)
            for place, cell in (note.corrected or {}).items()
        ]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": note,
            "title": _("A note as it came"),
            "note": note,
            "cells": cells,
            "corrected": corrected,
        }
        return TemplateResponse(request, "admin/workshops/note.html", context)


@admin.register(Redaction)
class RedactionAdmin(NoRedirectHome, admin.ModelAdmin):
    """That something was taken out stays on record."""

    list_display = [
        "redacted_at",
        "redacted_by",
        "note_import",
        "row",
        "reference",
        "places",
        "reason",
    ]
    list_select_related = ["redacted_by", "note_import"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
