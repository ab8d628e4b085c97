"""The arithmetic, on frames only: check, choose which file counts, consolidate, control. Imports schemas only."""
