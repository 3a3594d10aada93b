"""Who is looking at a request, or writing on its page, just now."""
