"""What the product is made of, and whether it is what it should be."""
