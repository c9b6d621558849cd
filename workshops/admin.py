from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from priorities.differences import word_by_word
from priorities.models import Recommendation
from priorities.tables import XLSX
from regions.models import Edition

from . import returning, wizard
from .bringing import Changed
from .checking import Verdict
from .columns import CONSTANTS, FIELDS, Mapping, signature
from .models import ImportFile, NoteImport, SavedMapping, WorkshopNote
from .names import Names
from .spreadsheets import Choices, Limits, Refused
from .spreadsheets.limits import MEGABYTE
from .spreadsheets.text import ENCODINGS
from .undoing import Edited, NotThere, edited_since, undo

PER_PAGE = 50
KINDS = {
    "all": _("all rows"),
    "error": _("cannot come in"),
    "confirm": _("to confirm"),
    "warning": _("to look at"),
    "new": _("new"),
    "update": _("changes"),
    "unchanged": _("unchanged"),
    "duplicate": _("repeated"),
    "left": _("left out"),
}


class UploadForm(forms.Form):
    edition = forms.ModelChoiceField(Edition.objects.all(), label=_("Edition"))
    file = forms.FileField(label=_("File"))


class MappingForm(forms.Form):
    """One choice per column, and what holds for every row."""

    def __init__(
        self,
        *args: Any,
        note_import: NoteImport,
        names: Names,
        samples: list[list[str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        mapping = Mapping.from_json(note_import.mapping)
        meanings: list[tuple[str, Any]] = [
            ("", _("keep with the note only")),
            *FIELDS.items(),
        ]
        meanings += [
            (f"text:{code}", f"{FIELDS['text']} ({code})")
            for code in names.kinds["language"].labels
        ]
        self.columns = []
        for place, heading in enumerate(note_import.headings):
            name = f"column-{place}"
            self.fields[name] = forms.ChoiceField(
                choices=meanings,
                required=False,
                initial=mapping.columns[place],
                label=heading or gettext("column %s") % (place + 1),
            )
            self.columns.append((self[name], samples[place]))
        self.constants = []
        for name in CONSTANTS:
            field: forms.Field = forms.CharField(max_length=200, required=False)
            if name in names.kinds:
                labels = names.kinds[name].labels.items()
                field = forms.ChoiceField(choices=[("", "—"), *labels], required=False)
            field.label = str(FIELDS[name])
            field.initial = mapping.constants.get(name, "")
            self.fields[f"constant-{name}"] = field
            self.constants.append(self[f"constant-{name}"])
        self.fields["fill_down"] = forms.BooleanField(
            required=False,
            initial=mapping.fill_down,
            label=_("An empty region means the region above"),
        )
        self.fields["save_as"] = forms.CharField(
            required=False,
            max_length=80,
            label=_("Keep this mapping under the name"),
            help_text=_("It is proposed again for files with the same headings."),
        )

    def mapping(self, before: Mapping) -> Mapping:
        data = self.cleaned_data
        return Mapping(
            [data[f"column-{place}"] for place in range(len(self.columns))],
            {
                name: data[f"constant-{name}"]
                for name in CONSTANTS
                if data[f"constant-{name}"]
            },
            before.words,
            data["fill_down"],
        )


@admin.register(NoteImport)
class NoteImportAdmin(admin.ModelAdmin):
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
                ("back", require_safe(self.give_back)),
            )
        ]
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
    ) -> HttpResponse:
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
            if note_import.status != NoteImport.Status.REFUSED:
                return HttpResponseRedirect(note_import.get_absolute_url())
            refused = note_import
        limits = Limits.of_wizard()
        return self.page(
            request,
            "upload",
            _("Bring in workshop notes"),
            form=form,
            refused=refused,
            limits=limits,
            megabytes=limits.size // MEGABYTE,
            unpacked=limits.unpacked // MEGABYTE,
        )

    # One import.

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        note_import = self.found(request, object_id if object_id.isdecimal() else 0)
        return self.show(request, note_import)

    def show(
        self,
        request: HttpRequest,
        note_import: NoteImport,
        status: int = 200,
        **context: Any,
    ) -> HttpResponse:
        Status = NoteImport.Status
        context |= {"note_import": note_import, "original": note_import}
        if note_import.status == Status.REFUSED:
            return self.page(
                request, "refused", _("This file was refused"), status, **context
            )
        if note_import.status != Status.DONE and not has_file(note_import):
            return self.page(
                request, "refused", _("This file has expired"), status, **context
            )
        if note_import.status == Status.UPLOADED:
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
            notes = note_import.notes.select_related(
                "recommendation", "region"
            ).order_by("row")
            page = Paginator(notes, PER_PAGE).get_page(request.GET.get("page"))
            return self.page(
                request,
                "done",
                _("What became of every row"),
                status,
                page=page,
                **context,
            )
        return self.preview(request, status, **context)

    def preview(
        self, request: HttpRequest, status: int, **context: Any
    ) -> HttpResponse:
        note_import: NoteImport = context["note_import"]
        verdicts = wizard.verdicts_of(note_import)
        kind = request.GET.get("kind", "all")
        kind = kind if kind in KINDS else "all"
        counts = {name: sum(is_of(v, name) for v in verdicts) for name in KINDS}
        page = Paginator([v for v in verdicts if is_of(v, kind)], PER_PAGE).get_page(
            request.GET.get("page")
        )
        wanted = request.GET.get("edit", "")
        rows = [self.row(note_import, verdict, wanted) for verdict in page.object_list]
        unknown = unknown_words(note_import, verdicts)
        names = Names()
        return self.page(
            request,
            "preview",
            _("Look before it comes in"),
            status,
            page=page,
            rows=rows,
            kind=kind,
            kinds=[
                (name, label, counts[name])
                for name, label in KINDS.items()
                if counts[name] or name == "all"
            ],
            counts=counts,
            unknown=[
                (kind_, word, names.kinds[kind_].labels.items())
                for kind_, word in unknown
            ],
            **context,
        )

    def row(
        self, note_import: NoteImport, verdict: Verdict, wanted: str
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
                    p,
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
        closed = {NoteImport.Status.DONE, NoteImport.Status.REFUSED}
        if note_import.status in closed or not has_file(note_import):
            raise Http404
        return note_import

    def read_again(self, request: HttpRequest, pk: int) -> HttpResponse:
        """With another encoding or sheet, as a person chose."""
        note_import = self.found(request, pk)
        if note_import.status == NoteImport.Status.DONE or not has_file(note_import):
            raise Http404
        encoding = request.POST.get("encoding", "")
        choices = Choices(
            encoding if encoding in ENCODINGS else "",
            sheet=request.POST.get("sheet", ""),
        )
        wizard.parse(note_import, choices, request.user)
        return HttpResponseRedirect(note_import.get_absolute_url())

    def map_columns(self, request: HttpRequest, pk: int) -> HttpResponse:
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
            note_import.mapping = mapping.as_json()
            if name := form.cleaned_data["save_as"].strip():
                owned = SavedMapping.objects.filter(name=name).first()
                if owned is not None and owned.owner_id not in (None, request.user.pk):
                    form.add_error(
                        "save_as",
                        _("Somebody else has a mapping of this name. Choose another."),
                    )
                else:
                    SavedMapping.objects.update_or_create(
                        name=name,
                        defaults={
                            "signature": signature(note_import.headings),
                            "mapping": mapping.as_json(),
                            "owner_id": request.user.pk,
                        },
                    )
            if not form.errors and not wizard.check(note_import, request.user):
                return HttpResponseRedirect(note_import.get_absolute_url())
        return self.page(
            request,
            "mapping",
            _("Which column means what?"),
            form=form,
            note_import=note_import,
            original=note_import,
            sheets=table.sheets if len(table.sheets) > 1 else [],
        )

    def learn_words(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What the unknown words of a file mean: kept with its mapping."""
        note_import = self.open_import(request, pk)
        mapping = Mapping.from_json(note_import.mapping)
        names = Names()
        for kind, word in unknown_words(note_import, wizard.verdicts_of(note_import)):
            slug = request.POST.get(f"{kind}:{word}", "")
            if slug in names.kinds[kind].labels:
                mapping.words.setdefault(kind, {})[word] = slug
        note_import.mapping = mapping.as_json()
        SavedMapping.objects.filter(
            signature=signature(note_import.headings), owner_id=request.user.pk
        ).update(mapping=note_import.mapping)
        wizard.check(note_import, request.user)
        return HttpResponseRedirect(note_import.get_absolute_url())

    def correct_row(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Cells typed anew, and what a person decided about a row."""
        note_import = self.open_import(request, pk)
        row = request.POST.get("row", "")
        verdict = next(
            (v for v in wizard.verdicts_of(note_import) if str(v.row) == row), None
        )
        if verdict is None:
            raise Http404
        decisions = note_import.decisions
        limit = Limits.of_wizard().characters
        cells = [
            *verdict.cells,
            *[""] * (len(note_import.headings) - len(verdict.cells)),
        ]
        typed = {
            str(place): request.POST[f"cell-{place}"][: limit + 1].replace("\r\n", "\n")
            for place in range(len(note_import.headings))
            if f"cell-{place}" in request.POST
        }
        if typed:
            changed = {
                place: cell
                for place, cell in typed.items()
                if cell != cells[int(place)].replace("\r\n", "\n")
            }
            decisions.setdefault("cells", {})[row] = changed
        choice = request.POST.get("choice", "")
        if choice in {"new", "leave", ""} and "choice" in request.POST:
            decisions.setdefault("rows", {})[row] = choice
        elif choice == "update" and row in similar_rows(note_import):
            decisions.setdefault("rows", {})[row] = (
                f"update:{similar_rows(note_import)[row]}"
            )
        if "checked" in request.POST:
            decisions.setdefault("checked", []).append(verdict.row)
        note_import.decisions = decisions
        wizard.check(note_import, request.user)
        query = request.POST.get("back", "")
        page = f"?kind={query}" if query in KINDS else ""
        return HttpResponseRedirect(
            f"{note_import.get_absolute_url()}{page}#row-{verdict.row}"
        )

    def bring(self, request: HttpRequest, pk: int) -> HttpResponse:
        note_import = self.open_import(request, pk)
        verdicts = wizard.verdicts_of(note_import)
        if (
            note_import.status != NoteImport.Status.CHECKED
            and note_import.status != NoteImport.Status.UNDONE
        ):
            raise Http404
        if request.POST.get("personal") == "checked":
            held = [v.row for v in verdicts if "personal_data" in v.to_confirm]
            note_import.decisions.setdefault("checked", []).extend(held)
            wizard.check(note_import, request.user)
            verdicts = wizard.verdicts_of(note_import)
        stay_out = [v for v in verdicts if v.is_error or v.to_confirm]
        if stay_out and request.POST.get("which") != "good":
            text = ngettext(
                "%d row cannot come in yet. Mend it, or bring in the good rows alone.",
                "%d rows cannot come in yet. Mend them, or bring in the good rows alone.",
                len(stay_out),
            )
            messages.error(request, text % len(stay_out))
            return self.show(request, note_import)
        try:
            wizard.bring(note_import, request.user)
        except Changed:
            wizard.check(note_import, request.user)
            messages.error(
                request,
                gettext(
                    "Data changed since the preview; review again. Nothing was brought in."
                ),
            )
            return self.show(request, note_import, status=409)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return self.show(request, note_import)
        messages.success(request, gettext("The notes are in, as drafts."))
        return HttpResponseRedirect(note_import.get_absolute_url())

    def undo(self, request: HttpRequest, pk: int) -> HttpResponse:
        note_import = self.found(request, pk)
        if not self.has_change_permission(request, note_import):
            raise PermissionDenied
        edited = (
            edited_since(note_import)
            if note_import.status == NoteImport.Status.DONE
            else []
        )
        if request.method != "POST":
            return self.page(
                request,
                "undo",
                _("Take this import back?"),
                edited=edited,
                note_import=note_import,
                original=note_import,
            )
        keep = None
        if "chosen" in request.POST:
            gone = set(request.POST.getlist("remove"))
            keep = {row.pk for row in edited if str(row.pk) not in gone}
        try:
            undone = undo(note_import, request.user.pk, keep)
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
                note_import=note_import,
                original=note_import,
            )
        messages.success(
            request,
            gettext(
                "Taken back: %(removed)s removed, %(restored)s as before, %(kept)s kept."
            )
            % {
                "removed": undone.removed,
                "restored": undone.restored,
                "kept": len(undone.kept),
            },
        )
        return HttpResponseRedirect(note_import.get_absolute_url())

    def give_back(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The same sheet with a column that says what to fix."""
        note_import = self.open_import(request, pk)
        table, verdicts = wizard.table_of(note_import), wizard.verdicts_of(note_import)
        kind = "xlsx" if request.GET.get("as", note_import.kind) == "xlsx" else "csv"
        if kind == "xlsx":
            answer = HttpResponse(returning.as_xlsx(note_import, table, verdicts), XLSX)
        else:
            answer = HttpResponse(
                returning.as_csv(note_import, table, verdicts),
                "text/csv; charset=utf-8",
            )
        stem = (
            "".join(
                c if c.isascii() and c.isalnum() or c in "-_" else "_"
                for c in note_import.lineage
            )
            or "notes"
        )
        answer["Content-Disposition"] = f'attachment; filename="{stem}.to-fix.{kind}"'
        return answer


def has_file(note_import: NoteImport) -> bool:
    return ImportFile.objects.filter(pk=note_import.pk).exists()


def is_of(verdict: Verdict, kind: str) -> bool:
    if kind == "confirm":
        return bool(verdict.to_confirm) and not verdict.is_error
    if kind == "warning":
        return verdict.has_warning
    return kind == "all" or verdict.verdict == kind


def unknown_words(
    note_import: NoteImport, verdicts: list[Verdict]
) -> list[tuple[str, str]]:
    """The words for regions, audiences and areas that a person can say the meaning of."""
    codes = {
        "region_unknown": "region",
        "audience_unknown": "audience",
        "area_unknown": "areas",
        "area_near": "areas",
    }
    found = [
        (codes[problem.code], problem.told.get("part") or problem.value)
        for verdict in verdicts
        for problem in verdict.problems
        if problem.code in codes
    ]
    return list(dict.fromkeys(found))[:60]


def similar_rows(note_import: NoteImport) -> dict[str, int]:
    """By row: the recommendation its new wording belongs to."""
    found = {
        str(v.row): problem.told["reference"]
        for v in wizard.verdicts_of(note_import)
        for problem in v.problems
        if problem.code == "similar_match"
    }
    pks = dict(
        Recommendation.objects.filter(reference__in=found.values()).values_list(
            "reference", "pk"
        )
    )
    return {row: pks[reference] for row, reference in found.items() if reference in pks}


@admin.register(WorkshopNote)
class WorkshopNoteAdmin(admin.ModelAdmin):
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
