"""What is promised in seconds, measured. `make bench` runs each on both databases."""
