"""When the systems are down: kits that take reports without a network, and what comes of them."""
