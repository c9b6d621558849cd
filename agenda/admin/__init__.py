"""The global agenda in the admin: its priorities, and what becomes of them."""

from . import priorities, solutions

__all__ = ["priorities", "solutions"]
