"""What is asked on the translators' pages."""

from typing import Any

from django import forms
from django.conf.locale import LANG_INFO
from django.utils.translation import gettext_lazy as _

from regions.models import Region
from regions.translated import direction

from .units import KINDS, STATES, TO_DO, Selection

EVERYTHING = [("", _("everything"))]


def language_name(code: str) -> str:
    """A language by its name in the reader's language."""
    return str(_(LANG_INFO[code]["name"]))


def regions() -> list[tuple[str, Any]]:
    return [
        *EVERYTHING,
        *((region.slug, str(region)) for region in Region.objects.all()),
    ]


def kinds() -> list[tuple[str, Any]]:
    return [*EVERYTHING, *((kind.slug, kind.label) for kind in KINDS)]


class SelectionForm(forms.Form):
    """Which texts to work on; the address keeps it."""

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("to do")), *STATES.items(), ("all", _("any"))],
    )
    region = forms.ChoiceField(label=_("Region"), required=False, choices=regions)
    kind = forms.ChoiceField(
        label=_("Text"),
        required=False,
        choices=kinds,
    )

    def selection(self, language: str) -> Selection:
        """A parameter that means nothing leaves nothing out; the form says what is wrong."""
        self.full_clean()
        data = self.cleaned_data
        state = data.get("state", "")
        states = {"": TO_DO, "all": tuple(STATES)}.get(state, (state,))
        return Selection(language, states, data.get("region", ""), data.get("kind", ""))


class TranslationForm(forms.Form):
    """One translation, beside the mark of what was shown when the page was opened."""

    mark = forms.CharField(widget=forms.HiddenInput, max_length=40)
    translation = forms.CharField(
        label=_("Translation"), required=False, widget=forms.Textarea
    )

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["translation"].widget.attrs |= {
            "lang": language,
            "dir": direction(language),
            "rows": 9,
            "autofocus": True,
        }


class FileForm(forms.Form):
    file = forms.FileField(label=_("File"))
    by_machine = forms.BooleanField(
        label=_("A program made these translations"),
        required=False,
        help_text=_("Readers are told so until somebody has reviewed them."),
    )
