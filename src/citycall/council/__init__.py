"""Council offices: their district in numbers, and what they ask agencies for residents."""
