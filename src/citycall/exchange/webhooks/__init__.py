"""Other systems are told of public events: signed, again until they answer, each event once."""
