"""The figures: each module draws from tables and arrays, and decides nothing."""
