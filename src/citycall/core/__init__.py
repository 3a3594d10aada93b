"""What every room stands on: actor, event, error, confirmation number, paging, snapshot."""
