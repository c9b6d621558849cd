from .limits import Limits, Refused
from .tables import Choices, Line, Table, read
from .text import Reading

__all__ = ["Choices", "Limits", "Line", "Reading", "Refused", "Table", "read"]
