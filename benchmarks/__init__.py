"""Measurements of the product: accuracy, speed, and the recordings they are taken on."""
