"""Page furniture that all doors share: base layout, components, static assets."""
