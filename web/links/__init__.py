"""Links between recordings and work orders."""
