"""What people are asked on the pages of the wizard."""

from typing import Any

from django import forms
from django.conf import settings
from django.conf.locale import LANG_INFO
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from regions.models import Edition, Region

from .columns import CONSTANTS, FIELDS, Mapping
from .models import NoteImport
from .names import Names


class UploadForm(forms.Form):
    edition = forms.ModelChoiceField(Edition.objects.all(), label=_("Edition"))
    file = forms.FileField(label=_("File"))


class BlankForm(forms.Form):
    """Which blank sheet to hand to a facilitator."""

    edition = forms.ModelChoiceField(Edition.objects.all(), label=_("Edition"))
    region = forms.ModelChoiceField(
        Region.objects.all(), to_field_name="slug", label=_("Region")
    )
    language = forms.ChoiceField(
        choices=[
            (code, LANG_INFO[code]["name_local"]) for code in settings.CONTENT_LANGUAGES
        ],
        label=_("Language"),
    )

    def __init__(self, *args: Any, regions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = regions  # type: ignore[attr-defined]


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


class RedactionForm(forms.Form):
    """What is to go, and why; the reason stays on record, the words do not."""

    words = forms.CharField(
        max_length=2_000,
        label=_("Words to take out"),
        help_text=_(
            "One passage a line: a name, a number, an address. Each is taken out of the note, the text that came of it in every language, their history and the file."
        ),
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )
    reason = forms.CharField(
        max_length=200,
        label=_("Reason"),
        help_text=_(
            "Stays on record with your name and the date. Never repeat here what is taken out."
        ),
    )

    def clean_words(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["words"].splitlines()]
        passages = [line for line in lines if line]
        if any(len(passage) < 3 for passage in passages):
            raise forms.ValidationError(
                _(
                    "A passage has at least three letters: shorter ones stand everywhere."
                )
            )
        return passages

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        reason = data.get("reason", "").casefold()
        if any(passage.casefold() in reason for passage in data.get("words", [])):
            self.add_error("reason", _("The reason repeats what is taken out."))
        return data
