"""Whether the city serves its areas alike: who is not heard, who waits, what crews would change."""
