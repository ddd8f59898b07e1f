"""Runs the same work with corten and its peers and compares them."""
