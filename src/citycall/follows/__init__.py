"""Who asked to be told of new requests around a place, or of a service."""
