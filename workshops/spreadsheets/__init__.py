from .limits import Limits, Refused
from .lines import Line
from .tables import Choices, Table, read
from .text import Reading

__all__ = ["Choices", "Limits", "Line", "Reading", "Refused", "Table", "read"]
