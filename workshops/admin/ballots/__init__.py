"""Ballots for whoever runs them: prepared, opened, printed, typed in, closed, accepted."""

from .ballot import BallotAdmin

__all__ = ["BallotAdmin"]
