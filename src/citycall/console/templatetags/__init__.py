"""What the console's templates need besides the pages' own tags."""
