"""What keeps the system running: home folder, embedded database, health, backup."""
