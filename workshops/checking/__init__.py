"""Every row of a file judged before anything is written: what it would do, and why."""
