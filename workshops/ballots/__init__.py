"""Ranking together: codes that let people in, answers counted once, results read per group."""
