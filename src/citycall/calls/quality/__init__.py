"""How well callers are served: conversations sampled, scored, compared and talked about."""
