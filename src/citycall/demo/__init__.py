"""The generated demo city and its two years of history."""
