"""What the templates of papers need besides the pages' own tags."""
